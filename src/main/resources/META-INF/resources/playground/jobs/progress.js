import { element } from "../lib/dom.js";
import { duration } from "../lib/format.js";
import { Previews } from "./previews.js";

/** The progress of an active job: a bar, the same in words, and what its images show so far. */
export class Progress {
  #previews = new Previews();
  #fill = element("div", { class: "fill" });
  #text = element("p", { class: "progress-text" });
  #bar = element("div", { class: "progress", role: "progressbar" }, this.#fill);
  node = element("div", {}, this.#bar, this.#text, this.#previews.node);

  constructor(label) {
    this.#bar.setAttribute("aria-label", label);
  }

  /** Frees what an ended job no longer shows. */
  clear() {
    this.#previews.clear();
  }

  show(job) {
    const text = job.state === "running" ? runningText(job) : queuedText(job);
    this.#bar.setAttribute("aria-valuetext", text);
    this.#text.textContent = text;
    this.#bar.classList.toggle("queued", job.state === "queued");
    this.#previews.show(job);
    if (job.state === "running" && job.steps > 0) {
      this.#bar.setAttribute("aria-valuemin", "0");
      this.#bar.setAttribute("aria-valuemax", String(job.steps));
      this.#bar.setAttribute("aria-valuenow", String(job.step));
      this.#fill.style.transform = `scaleX(${job.step / job.steps})`;
    }
  }
}

function runningText({ step, steps }) {
  return steps > 0 ? `Step ${step} of ${steps}` : "Generating";
}

function queuedText({ queuePosition, expectedWaitSeconds }) {
  if (queuePosition === undefined) {
    return "Sent";
  }
  const start = expectedWaitSeconds > 0 ? `starts in about ${duration(expectedWaitSeconds)}` : "starts soon";
  return `Queue position ${queuePosition}, ${start}`;
}
