import * as api from "../api/client.js";
import { watchEvents } from "../api/event-stream.js";
import { Problem } from "../api/problem.js";
import { ownJobIds, rememberJob } from "./own-jobs.js";

const ACTIVE_POLL_INTERVAL = 2000;
const IDLE_POLL_INTERVAL = 10000;
const PAGE_SIZE = "24";
// A browser opens six connections per host; images and other calls need the rest.
const MAX_STREAMS = 3;
const STATE_ORDER = ["queued", "running", "completed", "failed", "cancelled"];

export function hasEnded(job) {
  return STATE_ORDER.indexOf(job.state) > 1;
}

/**
 * The jobs that this page knows. It polls the API's list and follows the event streams of the jobs
 * at the front of the queue. Events: "job" (detail: the job) after every change, "error" (detail: a
 * message, empty after recovery), "more" (detail: whether the API has older jobs).
 */
export class JobStore extends EventTarget {
  #jobs = new Map();
  #streams = new Map();
  #missing = new Set();
  #cursor = null;
  #timer = 0;

  start() {
    document.addEventListener("visibilitychange", () => this.#schedulePoll(0));
    this.#poll();
  }

  get all() {
    return [...this.#jobs.values()];
  }

  find(id) {
    return this.#jobs.get(id);
  }

  async submit(request) {
    const job = await api.submit({ ...request, previews: true });
    rememberJob(job.id);
    this.#update(job);
    this.#schedulePoll(ACTIVE_POLL_INTERVAL);
    return job;
  }

  /** Requests a job's cancellation. The job's later state shows whether it came in time. */
  async cancel(id) {
    try {
      this.#update(await api.cancel(id));
    } catch (problem) {
      await this.#refresh(id);
      throw problem;
    }
  }

  /** Loads the next page of the list. */
  async loadOlder() {
    try {
      this.#addPage(await api.list({ limit: PAGE_SIZE, cursor: this.#cursor }));
    } catch (problem) {
      this.#dispatch("error", problem.message);
    }
  }

  async #poll() {
    let delay = IDLE_POLL_INTERVAL;
    try {
      if (!document.hidden) {
        await this.#reload();
        this.#dispatch("error", "");
      }
      delay = this.all.every(hasEnded) ? IDLE_POLL_INTERVAL : ACTIVE_POLL_INTERVAL;
    } catch (problem) {
      this.#dispatch("error", problem.message);
      delay = Math.max(ACTIVE_POLL_INTERVAL, (problem.retryAfter ?? 0) * 1000);
    }
    this.#schedulePoll(delay);
  }

  #schedulePoll(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#poll(), milliseconds);
  }

  async #reload() {
    const page = await api.list({ limit: PAGE_SIZE });
    if (this.#cursor === null) {
      this.#addPage(page);
    } else {
      page.jobs.forEach((job) => this.#update(job));
    }
    const listed = new Set(page.jobs.map((job) => job.id));
    const others = [...ownJobIds(), ...this.all.filter((job) => !hasEnded(job)).map((job) => job.id)];
    for (const id of new Set(others)) {
      const known = this.find(id);
      if (!listed.has(id) && !this.#missing.has(id) && !(known && hasEnded(known))) {
        await this.#refresh(id);
      }
    }
  }

  #addPage({ jobs, next }) {
    this.#cursor = next ?? "";
    jobs.forEach((job) => this.#update(job));
    this.#dispatch("more", this.#cursor !== "");
  }

  async #refresh(id) {
    try {
      this.#update(await api.find(id));
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.status !== 404) {
        throw problem;
      }
      this.#missing.add(id);
    }
  }

  // Ignores a response that is older than what an event stream has already delivered.
  #update(job) {
    const known = this.find(job.id);
    if (known && (hasEnded(known) || isOlder(job, known))) {
      return;
    }
    this.#jobs.set(job.id, job);
    this.#dispatch("job", job);
    this.#updateStreams();
  }

  #updateStreams() {
    const next = this.all
      .filter((job) => !hasEnded(job))
      .sort((a, b) => (a.queuePosition ?? 0) - (b.queuePosition ?? 0))
      .slice(0, MAX_STREAMS)
      .map((job) => job.id);
    for (const [id, stream] of this.#streams) {
      if (!next.includes(id)) {
        stream.abort();
        this.#streams.delete(id);
      }
    }
    next.filter((id) => !this.#streams.has(id)).forEach((id) => this.#openStream(id));
  }

  async #openStream(id) {
    const stream = new AbortController();
    this.#streams.set(id, stream);
    await watchEvents(id, (event) => this.#onEvent(id, event), stream.signal);
    this.#streams.delete(id);
  }

  #onEvent(id, { name, data }) {
    const known = this.find(id);
    if (name === "started") {
      this.#update({
        ...known,
        state: "running",
        step: 0,
        steps: data.request?.steps ?? 0,
        worker: data.worker,
        request: data.request ?? known.request,
      });
    } else if (name === "progress") {
      const { step, steps, previews } = data;
      this.#update({ ...known, state: "running", step, steps, previews });
    } else {
      this.#refresh(id).catch((problem) => this.#dispatch("error", problem.message));
    }
  }

  #dispatch(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function isOlder(job, known) {
  const order = STATE_ORDER.indexOf(job.state) - STATE_ORDER.indexOf(known.state);
  return order < 0 || (order === 0 && (job.step ?? 0) < (known.step ?? 0));
}
