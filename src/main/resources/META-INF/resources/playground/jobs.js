import * as api from "./api.js";
import { watch } from "./events.js";
import { Problem } from "./problem.js";
import { recent, remember } from "./recent.js";

const BUSY = 2000;
const IDLE = 10000;
const PAGE = "24";
// A browser has six connections to a gateway; images and answers need some.
const MOST_STREAMS = 3;
const ORDER = ["queued", "running", "completed", "failed", "cancelled"];

export function ended(job) {
  return ORDER.indexOf(job.state) > 1;
}

/**
 * The jobs that this page knows: from the API's list, asked again and again, and live from the
 * streams of those that come next. Events: "job" (detail: the job) after every change, "trouble"
 * (detail: a text, empty once it is over), "more" (detail: whether there are older ones).
 */
export class Jobs extends EventTarget {
  #jobs = new Map();
  #streams = new Map();
  #missing = new Set();
  #cursor = null;
  #timer = 0;

  start() {
    document.addEventListener("visibilitychange", () => this.#soon(0));
    this.#poll();
  }

  get all() {
    return [...this.#jobs.values()];
  }

  find(id) {
    return this.#jobs.get(id);
  }

  async submit(request) {
    const job = await api.submit(request);
    remember(job.id);
    this.#take(job);
    this.#soon(BUSY);
    return job;
  }

  /** Asks for the job's end; whether it came in time, its state tells later. */
  async cancel(id) {
    try {
      this.#take(await api.cancel(id));
    } catch (problem) {
      await this.#refresh(id);
      throw problem;
    }
  }

  /** The next page of the list. */
  async older() {
    try {
      this.#page(await api.list({ limit: PAGE, cursor: this.#cursor }));
    } catch (problem) {
      this.#tell("trouble", problem.message);
    }
  }

  async #poll() {
    let pause = IDLE;
    try {
      if (!document.hidden) {
        await this.#look();
        this.#tell("trouble", "");
      }
      pause = this.all.every(ended) ? IDLE : BUSY;
    } catch (problem) {
      this.#tell("trouble", problem.message);
      pause = Math.max(BUSY, (problem.retryAfter ?? 0) * 1000);
    }
    this.#soon(pause);
  }

  #soon(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#poll(), milliseconds);
  }

  async #look() {
    const page = await api.list({ limit: PAGE });
    if (this.#cursor === null) {
      this.#page(page);
    } else {
      page.jobs.forEach((job) => this.#take(job));
    }
    const listed = new Set(page.jobs.map((job) => job.id));
    const others = [...recent(), ...this.all.filter((job) => !ended(job)).map((job) => job.id)];
    for (const id of new Set(others)) {
      const known = this.find(id);
      if (!listed.has(id) && !this.#missing.has(id) && !(known && ended(known))) {
        await this.#refresh(id);
      }
    }
  }

  #page({ jobs, next }) {
    this.#cursor = next ?? "";
    jobs.forEach((job) => this.#take(job));
    this.#tell("more", this.#cursor !== "");
  }

  async #refresh(id) {
    try {
      this.#take(await api.find(id));
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.status !== 404) {
        throw problem;
      }
      this.#missing.add(id);
    }
  }

  // An answer may have been under way while a stream told more.
  #take(job) {
    const known = this.find(job.id);
    if (known && (ended(known) || isBefore(job, known))) {
      return;
    }
    this.#jobs.set(job.id, job);
    this.#tell("job", job);
    this.#watchNext();
  }

  #watchNext() {
    const next = this.all
      .filter((job) => !ended(job))
      .sort((a, b) => (a.place ?? 0) - (b.place ?? 0))
      .slice(0, MOST_STREAMS)
      .map((job) => job.id);
    for (const [id, stream] of this.#streams) {
      if (!next.includes(id)) {
        stream.abort();
        this.#streams.delete(id);
      }
    }
    next.filter((id) => !this.#streams.has(id)).forEach((id) => this.#watch(id));
  }

  async #watch(id) {
    const stream = new AbortController();
    this.#streams.set(id, stream);
    await watch(id, (event) => this.#happened(id, event), stream.signal);
    this.#streams.delete(id);
  }

  #happened(id, { name, data }) {
    const known = this.find(id);
    if (name === "started") {
      this.#take({
        ...known,
        state: "running",
        step: 0,
        steps: data.request?.steps ?? 0,
        worker: data.worker,
        request: data.request ?? known.request,
      });
    } else if (name === "progress") {
      this.#take({ ...known, state: "running", step: data.step, steps: data.steps });
    } else {
      this.#refresh(id).catch((problem) => this.#tell("trouble", problem.message));
    }
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function isBefore(job, known) {
  const order = ORDER.indexOf(job.state) - ORDER.indexOf(known.state);
  return order < 0 || (order === 0 && (job.step ?? 0) < (known.step ?? 0));
}
