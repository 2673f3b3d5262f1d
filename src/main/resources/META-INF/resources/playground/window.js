import * as api from "./api.js";

// The last minutes, from the list of jobs.

export const MINUTES = 15;
const MINUTE = 60000;
const PAGE = "100";
const MOST_PAGES = 5;

/** The jobs that were sent or ended in the last minutes, as far as a few pages go. */
export async function lately() {
  const since = Date.now() - MINUTES * MINUTE;
  const jobs = [];
  let query = { limit: PAGE };
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await api.list(query);
    jobs.push(...answer.jobs);
    const last = answer.jobs.at(-1);
    if (answer.next === undefined || Date.parse(last.submittedAt) < since) {
      break;
    }
    query = { limit: PAGE, cursor: answer.next };
  }
  return jobs.filter((job) => Date.parse(job.endedAt ?? job.submittedAt) >= since || !job.endedAt);
}

/** How many jobs were completed in each of the last minutes, the oldest first. */
export function perMinute(jobs) {
  const counts = new Array(MINUTES).fill(0);
  for (const job of jobs.filter(({ state }) => state === "completed")) {
    const age = Math.floor((Date.now() - Date.parse(job.endedAt)) / MINUTE);
    if (age < MINUTES) {
      counts[MINUTES - 1 - Math.max(0, age)]++;
    }
  }
  return counts;
}

/** Failures by code: {code, count, last}, the most frequent first. */
export function failures(jobs) {
  const byCode = new Map();
  // Newest first, so that the first of a code is its last.
  for (const job of jobs.filter(({ state }) => state === "failed")) {
    const known = byCode.get(job.error.code) ?? { code: job.error.code, count: 0, last: job };
    byCode.set(job.error.code, { ...known, count: known.count + 1 });
  }
  return [...byCode.values()].sort((a, b) => b.count - a.count);
}

/** Workers: {name, completed, seenAt, draws}, by name. */
export function workers(jobs) {
  const byName = new Map();
  for (const job of jobs.filter(({ worker }) => worker)) {
    const known = byName.get(job.worker) ?? { name: job.worker, completed: 0, seenAt: "", draws: false };
    const running = job.state === "running";
    const at = running ? new Date().toISOString() : job.endedAt;
    byName.set(job.worker, {
      name: job.worker,
      completed: known.completed + (job.state === "completed" ? 1 : 0),
      seenAt: at > known.seenAt ? at : known.seenAt,
      draws: known.draws || running,
    });
  }
  return [...byName.values()].sort((a, b) => a.name.localeCompare(b.name));
}
