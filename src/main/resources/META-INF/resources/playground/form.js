import { announce, byId, showText } from "./dom.js";
import { sentence } from "./problem.js";
import { random } from "./seeds.js";
import { Sizes } from "./sizes.js";

const TEXTS = ["prompt", "negativePrompt", "solver", "format"];
const NUMBERS = ["steps", "guidanceScale", "seed", "count"];
const FIELDS = ["prompt", "negativePrompt", "size", "width", "height", ...NUMBERS, "solver", "format"];
const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * The request's form. The rules are the API's alone: what is written goes there as it is, and what
 * it complains of is shown beside the field.
 */
export class Form {
  #form = byId("form");
  #sizes = new Sizes();
  #busy = false;

  /** @param send sends a request; its Problem is shown here */
  constructor(send) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(send);
    });
    this.#form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.#submit(send);
      }
    });
    this.#form.addEventListener("reset", () => {
      this.#complain([]);
      // The browser empties the fields after this event.
      setTimeout(() => this.#sizes.show());
    });
    byId("dice").addEventListener("click", () => {
      byId("seed").value = random();
      announce(`Seed ${byId("seed").value}`);
    });
  }

  /** Fills in a request, to be changed and sent, with what is wrong with it. */
  fill(request, errors = []) {
    for (const name of [...TEXTS, ...NUMBERS]) {
      byId(name).value = request[name] ?? "";
    }
    byId("format").value = request.format ?? "png";
    this.#sizes.value = request;
    this.#complain(errors);
    this.#focus(errors);
  }

  get #request() {
    const request = { prompt: byId("prompt").value };
    for (const name of TEXTS.slice(1)) {
      put(request, name, byId(name).value);
    }
    for (const name of NUMBERS) {
      put(request, name, number(name, byId(name).value.trim()));
    }
    const { width, height } = this.#sizes.value;
    put(request, "width", number("width", width));
    put(request, "height", number("height", height));
    return request;
  }

  async #submit(send) {
    if (this.#busy) {
      return;
    }
    this.#setBusy(true);
    try {
      await send(this.#request);
      this.#complain([]);
    } catch (problem) {
      this.#complain(problem.errors ?? [], problem.message);
      this.#focus(problem.errors ?? []);
    } finally {
      this.#setBusy(false);
    }
  }

  #setBusy(busy) {
    this.#busy = busy;
    const button = byId("submit");
    button.setAttribute("aria-disabled", String(busy));
    button.textContent = busy ? "Sending…" : "Draw";
  }

  // What no field here explains is said above the button.
  #complain(errors, message = "") {
    for (const name of FIELDS) {
      const wrong = errors.filter((error) => this.#place(error.field) === name);
      showText(byId(`${name}-error`), wrong.map(sentence).join(" "));
      byId(name).setAttribute("aria-invalid", String(wrong.length > 0));
    }
    const others = errors
      .filter((error) => this.#place(error.field) === "form")
      .map((error) => `${error.field}: ${sentence(error)}`);
    showText(byId("form-error"), errors.length === 0 ? message : others.join(" "));
  }

  #place(field) {
    if ((field === "width" || field === "height") && !this.#sizes.free) {
      return "size";
    }
    return FIELDS.includes(field) ? field : "form";
  }

  #focus(errors) {
    const wrong = FIELDS.find((name) => errors.some((error) => this.#place(error.field) === name));
    if (wrong !== undefined) {
      byId(wrong).focus();
    } else if (!byId("form-error").hidden) {
      byId("form-error").focus();
    } else {
      byId("prompt").focus();
    }
  }
}

function put(request, name, value) {
  if (value !== "") {
    request[name] = value;
  }
}

// Seeds stay text until they are sent; what is no number is sent as it is, to be refused by name.
function number(name, text) {
  return NUMBER.test(text) && name !== "seed" ? Number(text) : text;
}
