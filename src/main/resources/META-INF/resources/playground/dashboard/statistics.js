import * as api from "../api/client.js";

// Statistics of the last minutes, computed from the list of jobs.

export const WINDOW_MINUTES = 15;
const MINUTE = 60000;
const PAGE_SIZE = "100";
const MAX_PAGES = 5;

/** Returns the jobs that are active, or were sent or ended in the window; reads at most MAX_PAGES pages. */
export async function recentJobs() {
  const since = Date.now() - WINDOW_MINUTES * MINUTE;
  const jobs = [];
  let query = { limit: PAGE_SIZE };
  for (let page = 0; page < MAX_PAGES; page++) {
    const response = await api.list(query);
    jobs.push(...response.jobs);
    const last = response.jobs.at(-1);
    if (response.next === undefined || Date.parse(last.submittedAt) < since) {
      break;
    }
    query = { limit: PAGE_SIZE, cursor: response.next };
  }
  return jobs.filter((job) => Date.parse(job.endedAt ?? job.submittedAt) >= since || !job.endedAt);
}

/** Returns the number of completed jobs in each minute of the window, the oldest minute first. */
export function completedPerMinute(jobs) {
  const counts = new Array(WINDOW_MINUTES).fill(0);
  for (const job of jobs.filter(({ state }) => state === "completed")) {
    const age = Math.floor((Date.now() - Date.parse(job.endedAt)) / MINUTE);
    if (age < WINDOW_MINUTES) {
      counts[WINDOW_MINUTES - 1 - Math.max(0, age)]++;
    }
  }
  return counts;
}

/** Groups failed jobs by error code: {code, count, latest}, the most frequent first. */
export function failuresByCode(jobs) {
  const byCode = new Map();
  // The list is newest first, so the first job of a code is the latest.
  for (const job of jobs.filter(({ state }) => state === "failed")) {
    const known = byCode.get(job.error.code) ?? { code: job.error.code, count: 0, latest: job };
    byCode.set(job.error.code, { ...known, count: known.count + 1 });
  }
  return [...byCode.values()].sort((a, b) => b.count - a.count);
}

/** Groups jobs by worker: {name, completed, seenAt, busy}, sorted by name. */
export function workers(jobs) {
  const byName = new Map();
  for (const job of jobs.filter(({ worker }) => worker)) {
    const known = byName.get(job.worker) ?? { name: job.worker, completed: 0, seenAt: "", busy: false };
    const running = job.state === "running";
    const at = running ? new Date().toISOString() : job.endedAt;
    byName.set(job.worker, {
      name: job.worker,
      completed: known.completed + (job.state === "completed" ? 1 : 0),
      seenAt: at > known.seenAt ? at : known.seenAt,
      busy: known.busy || running,
    });
  }
  return [...byName.values()].sort((a, b) => a.name.localeCompare(b.name));
}
