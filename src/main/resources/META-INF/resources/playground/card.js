import { cost } from "./cost.js";
import { announce, element } from "./dom.js";
import { ended } from "./jobs.js";
import { figure } from "./images.js";
import { sentence } from "./problem.js";
import { Progress } from "./progress.js";
import { next } from "./seeds.js";
import { ago, many } from "./words.js";

const CHOSEN = [
  "prompt",
  "negativePrompt",
  "width",
  "height",
  "steps",
  "guidanceScale",
  "seed",
  "count",
  "solver",
  "format",
  "resolutionBinning",
];
const ENDS = { completed: "Done", failed: "Failed", cancelled: "Cancelled" };

let made = 0;

/**
 * A job in the gallery. Its elements stay while the job goes on, so that the keyboard's focus
 * stays too.
 */
export class Card {
  #job;
  #actions;
  #title = element("h3", { id: `job-${++made}`, tabindex: "-1" });
  #state = element("span", { class: "state" });
  #time = element("time");
  #body = element("div", { class: "card-body" });
  #progress;
  #cancel = element("button", { type: "button" }, "Cancel");
  #trouble = element("p", { class: "error", role: "alert", hidden: true });
  node;

  /** @param actions what a card can ask for: cancel(id), fill(request, errors), draw(request) */
  constructor(job, actions) {
    this.#job = job;
    this.#actions = actions;
    this.#progress = new Progress(`Progress of ${prompt(job)}`);
    this.#cancel.addEventListener("click", () => this.#tryCancel());
    const about = element("p", { class: "about muted" }, this.#state, this.#time);
    const card = { class: "card panel", "aria-labelledby": this.#title.id };
    this.node = element("li", {}, element("article", card, this.#title, about, this.#body, this.#trouble));
    this.#body.append(this.#progress.node, element("div", { class: "actions" }, this.#cancel));
    this.update(job);
  }

  get submittedAt() {
    return Date.parse(this.#job.submittedAt);
  }

  get id() {
    return this.#job.id;
  }

  update(job) {
    const before = this.#job;
    this.#job = job;
    this.#title.textContent = prompt(job);
    this.#state.textContent = job.state;
    this.#state.dataset.state = job.state;
    this.#time.dateTime = job.submittedAt;
    this.tick();
    if (!ended(job)) {
      this.#progress.show(job);
      if (job.state === "running" && before.state === "queued") {
        announce(`Drawing: ${prompt(job)}`);
      }
      return;
    }
    const focused = this.#body.contains(document.activeElement);
    this.#body.replaceChildren(...this.#end());
    if (focused) {
      this.#title.focus();
    }
    if (!ended(before)) {
      announce(`${ENDS[job.state]}: ${prompt(job)}`);
    }
  }

  /** Time goes on. */
  tick() {
    this.#time.textContent = ago(this.#job.submittedAt);
  }

  async #tryCancel() {
    if (this.#cancel.getAttribute("aria-disabled") === "true") {
      return;
    }
    this.#cancel.setAttribute("aria-disabled", "true");
    this.#cancel.textContent = "Cancelling…";
    try {
      await this.#actions.cancel(this.#job.id);
    } catch (problem) {
      this.#say(problem.message);
      this.#cancel.setAttribute("aria-disabled", "false");
      this.#cancel.textContent = "Cancel";
    }
  }

  #end() {
    const job = this.#job;
    if (job.state === "completed") {
      return this.#completed(job);
    }
    const fields = job.error?.fields ?? [];
    return [
      ...reasons(job).map((reason) => element("p", { class: "why" }, reason)),
      this.#row(this.#button("Change and try again", () => this.#actions.fill(chosen(job.request), fields))),
    ];
  }

  #completed(job) {
    const again = (request) => this.#actions.fill(chosen(request));
    const several = job.images.length > 1;
    const vary = this.#button(several ? `Vary (${many(job.images.length, "next seed")})` : "Vary", () =>
      this.#vary(job.request),
    );
    vary.title = "The same with the next seed";
    const inside = several ? [] : [vary];
    const images = job.images.map((image, i) => figure(job, image, i, again, ...inside));
    return [
      element("div", { class: "images", "data-count": job.images.length }, ...images),
      ...(several ? [this.#row(vary)] : []),
      details(job),
    ];
  }

  async #vary(request) {
    try {
      await this.#actions.draw({ ...chosen(request), seed: next(request) });
    } catch (problem) {
      this.#say(problem.message);
    }
  }

  #say(text) {
    this.#trouble.textContent = text;
    this.#trouble.hidden = false;
  }

  #row(...buttons) {
    return element("div", { class: "actions" }, ...buttons);
  }

  #button(words, action) {
    const button = element("button", { type: "button" }, words);
    button.addEventListener("click", action);
    return button;
  }
}

function reasons({ error, reason }) {
  if (error === undefined) {
    return reason ? [reason] : [];
  }
  return error.fields.length > 0
    ? error.fields.map((field) => `${field.field}: ${sentence(field)}`)
    : [`${error.message} (${error.code})`];
}

function prompt(job) {
  return job.request.prompt ?? job.id;
}

/** What of a request makes the image; names, places and deadlines are of that one job. */
function chosen(request) {
  return Object.fromEntries(CHOSEN.filter((name) => name in request).map((name) => [name, request[name]]));
}

function details({ id, request, timings, worker, model }) {
  const rows = [
    ["Negative prompt", request.negativePrompt],
    ["Size", `${request.width} × ${request.height}`],
    ["Steps", request.steps],
    ["Guidance", request.guidanceScale],
    ["Solver", request.solver],
    ["Model", model],
    ["Worker", worker],
    ["Job", id],
  ].filter(([, value]) => value !== undefined && value !== "");
  const list = element("dl", { class: "facts" });
  for (const [name, value] of rows) {
    list.append(element("div", {}, element("dt", {}, name), element("dd", {}, String(value))));
  }
  const summary = element("summary", {}, "Details");
  return element("div", {}, cost(timings ?? {}), element("details", {}, summary, list));
}
