import { fieldMessage } from "../api/problem.js";
import { announce, element } from "../lib/dom.js";
import { ago, plural } from "../lib/format.js";
import { nextSeed } from "../lib/seeds.js";
import { asInput } from "../picture/uploads.js";
import { imageFigure } from "./image-figure.js";
import { jobDetails } from "./job-details.js";
import { hasEnded } from "./job-store.js";
import { Progress } from "./progress.js";

const GENERATION_FIELDS = [
  "prompt",
  "negativePrompt",
  "width",
  "height",
  "steps",
  "guidanceScale",
  "guidanceInterval",
  "stepCache",
  "image",
  "mask",
  "strength",
  "composite",
  "seed",
  "count",
  "solver",
  "format",
  "resolutionBinning",
];
const INPUT_IMAGES = ["image", "mask"];
const TERMINAL_LABELS = { completed: "Completed", failed: "Failed", cancelled: "Cancelled" };

let cardCount = 0;

/** The card of one job. Updates reuse its elements, so that the keyboard focus is not lost. */
export class Card {
  #job;
  #actions;
  #title = element("h3", { id: `job-${++cardCount}`, tabindex: "-1" });
  #state = element("span", { class: "state" });
  #age = element("time");
  #body = element("div", { class: "card-body" });
  #progress;
  #cancel = element("button", { type: "button" }, "Cancel");
  #error = element("p", { class: "error", role: "alert", hidden: true });
  node;

  /**
   * @param actions what the card can start: cancel(id), fill(request, errors), generate(request),
   *     usePicture(file, name)
   */
  constructor(job, actions) {
    this.#job = job;
    this.#actions = actions;
    this.#progress = new Progress(`Progress of ${prompt(job)}`);
    this.#cancel.addEventListener("click", () => this.#requestCancel());
    const summary = element("p", { class: "summary muted" }, this.#state, this.#age);
    const card = { class: "card panel", "aria-labelledby": this.#title.id };
    this.node = element("li", {}, element("article", card, this.#title, summary, this.#body, this.#error));
    this.#body.append(this.#progress.node, row(this.#cancel));
    this.update(job);
  }

  get submittedAt() {
    return Date.parse(this.#job.submittedAt);
  }

  get id() {
    return this.#job.id;
  }

  update(job) {
    const previous = this.#job;
    this.#job = job;
    this.#title.textContent = prompt(job);
    this.#state.textContent = job.state;
    this.#state.dataset.state = job.state;
    this.#age.dateTime = job.submittedAt;
    this.updateAge();
    if (!hasEnded(job)) {
      this.#progress.show(job);
      if (job.state === "running" && previous.state === "queued") {
        announce(`Generating: ${prompt(job)}`);
      }
      return;
    }
    this.#progress.clear();
    const focused = this.#body.contains(document.activeElement);
    this.#body.replaceChildren(...this.#result());
    if (focused) {
      this.#title.focus();
    }
    if (!hasEnded(previous)) {
      announce(`${TERMINAL_LABELS[job.state]}: ${prompt(job)}`);
    }
  }

  /** Updates the time since the job was sent. */
  updateAge() {
    this.#age.textContent = ago(this.#job.submittedAt);
  }

  async #requestCancel() {
    if (this.#cancel.getAttribute("aria-disabled") === "true") {
      return;
    }
    this.#cancel.setAttribute("aria-disabled", "true");
    this.#cancel.textContent = "Cancelling…";
    try {
      await this.#actions.cancel(this.#job.id);
    } catch (problem) {
      this.#showError(problem.message);
      this.#cancel.setAttribute("aria-disabled", "false");
      this.#cancel.textContent = "Cancel";
    }
  }

  #result() {
    const job = this.#job;
    if (job.state === "completed") {
      return this.#images(job);
    }
    const errors = job.error?.fields ?? [];
    const retry = () => this.#actions.fill(generationFields(job.request), errors);
    return [
      ...reasons(job).map((reason) => element("p", { class: "reason" }, reason)),
      row(button("Change and try again", retry)),
    ];
  }

  #images(job) {
    const onAgain = (request) => this.#actions.fill(generationFields(request));
    const figureActions = { again: onAgain, usePicture: this.#actions.usePicture };
    const several = job.images.length > 1;
    const label = several ? `Vary (${plural(job.images.length, "next seed")})` : "Vary";
    const vary = button(label, () => this.#vary(job.request));
    vary.title = "The same with the next seed";
    const captionButtons = several ? [] : [vary];
    const figures = job.images.map((image, i) => imageFigure(job, image, i, figureActions, ...captionButtons));
    return [
      element("div", { class: "images", "data-count": job.images.length }, ...figures),
      ...(several ? [row(vary)] : []),
      jobDetails(job),
    ];
  }

  async #vary(request) {
    try {
      await this.#actions.generate({ ...generationFields(request), seed: nextSeed(request) });
    } catch (problem) {
      this.#showError(problem.message);
    }
  }

  #showError(text) {
    this.#error.textContent = text;
    this.#error.hidden = false;
  }
}

function row(...buttons) {
  return element("div", { class: "actions" }, ...buttons);
}

function button(label, onClick) {
  const node = element("button", { type: "button" }, label);
  node.addEventListener("click", onClick);
  return node;
}

function reasons({ error, reason }) {
  if (error === undefined) {
    return reason ? [reason] : [];
  }
  return error.fields.length > 0
    ? error.fields.map((field) => `${field.field}: ${fieldMessage(field)}`)
    : [`${error.message} (${error.code})`];
}

function prompt(job) {
  return job.request.prompt ?? job.id;
}

/** Returns the fields that determine the image, without those of one job such as id and deadline. */
function generationFields(request) {
  return Object.fromEntries(
    GENERATION_FIELDS.filter((name) => name in request).map((name) => [
      name,
      INPUT_IMAGES.includes(name) ? asInput(request[name]) : request[name],
    ]),
  );
}
