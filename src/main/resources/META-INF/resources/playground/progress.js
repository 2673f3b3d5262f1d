import { element } from "./dom.js";
import { duration } from "./words.js";

/** How far a job has come: a bar, and the same in words. */
export class Progress {
  #fill = element("div", { class: "fill" });
  #words = element("p", { class: "progress-words" });
  #bar = element("div", { class: "progress", role: "progressbar" }, this.#fill);
  node = element("div", {}, this.#bar, this.#words);

  constructor(label) {
    this.#bar.setAttribute("aria-label", label);
  }

  show(job) {
    const words = job.state === "running" ? running(job) : waiting(job);
    this.#bar.setAttribute("aria-valuetext", words);
    this.#words.textContent = words;
    this.#bar.classList.toggle("waiting", job.state === "queued");
    if (job.state === "running" && job.steps > 0) {
      this.#bar.setAttribute("aria-valuemin", "0");
      this.#bar.setAttribute("aria-valuemax", String(job.steps));
      this.#bar.setAttribute("aria-valuenow", String(job.step));
      this.#fill.style.transform = `scaleX(${job.step / job.steps})`;
    }
  }
}

function running({ step, steps }) {
  return steps > 0 ? `Step ${step} of ${steps}` : "Drawing";
}

function waiting({ place, expectedWaitSeconds }) {
  if (place === undefined) {
    return "Sent";
  }
  const when = expectedWaitSeconds > 0 ? `begins in about ${duration(expectedWaitSeconds)}` : "begins soon";
  return place === 1 ? `Next in the queue, ${when}` : `Number ${place} in the queue, ${when}`;
}
