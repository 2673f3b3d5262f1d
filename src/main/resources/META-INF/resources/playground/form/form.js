import { fieldMessage } from "../api/problem.js";
import { announce, byId, element, showText } from "../lib/dom.js";
import { randomSeed } from "../lib/seeds.js";
import { PictureField } from "../picture/picture-field.js";
import { SizeSelect } from "./size-select.js";

const TEXTS = ["prompt", "negativePrompt", "model", "stepCache", "solver", "format"];
const NUMBERS = ["steps", "guidanceScale", "guidanceInterval", "seed", "count"];
const PICTURE_FIELDS = ["image", "mask", "strength", "composite"];
const SIZES = ["size", "width", "height"];
const FIELDS = ["prompt", "negativePrompt", "model", ...PICTURE_FIELDS, ...SIZES, ...NUMBERS, "stepCache", "solver", "format"];
const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * The request form. Only the API validates: the form sends the input unchanged and shows the
 * returned errors next to their fields.
 */
export class Form {
  #form = byId("form");
  #size = new SizeSelect();
  #picture = new PictureField((size) => {
    this.#size.picture = size;
  });
  #busy = false;

  /** @param send sends a request; the form shows the Problem that it throws */
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
      this.#picture.clear();
      this.#showErrors([]);
      // The browser clears the fields after this event.
      setTimeout(() => this.#size.showCustomFields());
    });
    byId("random-seed").addEventListener("click", () => {
      byId("seed").value = randomSeed();
      announce(`Seed ${byId("seed").value}`);
    });
  }

  /** Fills the form with a request and shows its errors, so that the user can change and send it. */
  fill(request, errors = []) {
    for (const name of [...TEXTS, ...NUMBERS]) {
      byId(name).value = request[name] ?? "";
    }
    byId("format").value = request.format ?? "png";
    if (byId("model").selectedIndex < 0) {
      // A model that is not offered, or not any more.
      byId("model").value = "";
    }
    this.#picture.fill(request);
    this.#size.value = request;
    this.#showErrors(errors);
    this.#focusFirstError(errors);
  }

  /** Lets the user choose the model, if there are several. */
  offerModels(models) {
    const select = byId("model");
    const chosen = select.value;
    const standard = models.find((model) => model.default);
    select.replaceChildren(
      element("option", { value: "" }, standard === undefined ? "default" : `default, ${standard.id}`),
      ...models.map((model) => element("option", { value: model.id }, model.id)),
    );
    select.value = models.some((model) => model.id === chosen) ? chosen : "";
    byId("model-field").hidden = models.length < 2;
  }

  /** Makes a file the picture to start from, and moves the focus to it. */
  async usePicture(file, name) {
    await this.#picture.use(file, name);
    byId("mask").focus();
  }

  async #request() {
    const request = { prompt: byId("prompt").value };
    for (const name of TEXTS.slice(1)) {
      putIfPresent(request, name, byId(name).value);
    }
    for (const name of NUMBERS) {
      putIfPresent(request, name, fieldValue(name, byId(name).value.trim()));
    }
    const { width, height } = this.#size.value;
    putIfPresent(request, "width", fieldValue("width", width));
    putIfPresent(request, "height", fieldValue("height", height));
    return { ...request, ...(await this.#picture.request()) };
  }

  async #submit(send) {
    if (this.#busy) {
      return;
    }
    this.#setBusy(true);
    try {
      await send(await this.#request());
      this.#showErrors([]);
    } catch (problem) {
      this.#showErrors(problem.errors ?? [], problem.message);
      this.#focusFirstError(problem.errors ?? []);
    } finally {
      this.#setBusy(false);
    }
  }

  #setBusy(busy) {
    this.#busy = busy;
    const button = byId("submit");
    button.setAttribute("aria-disabled", String(busy));
    button.textContent = busy ? "Sending…" : "Generate";
  }

  // Errors of fields that the form does not have appear above the button.
  #showErrors(errors, message = "") {
    for (const name of FIELDS) {
      const own = errors.filter((error) => this.#target(error.field) === name);
      showText(byId(`${name}-error`), own.map(fieldMessage).join(" "));
      byId(name).setAttribute("aria-invalid", String(own.length > 0));
    }
    const others = errors
      .filter((error) => this.#target(error.field) === "form")
      .map((error) => `${error.field}: ${fieldMessage(error)}`);
    showText(byId("form-error"), errors.length === 0 ? message : others.join(" "));
  }

  #target(field) {
    if ((field === "width" || field === "height") && !this.#size.isCustom) {
      return "size";
    }
    return FIELDS.includes(field) ? field : "form";
  }

  #focusFirstError(errors) {
    const first = FIELDS.find((name) => errors.some((error) => this.#target(error.field) === name));
    if (first !== undefined) {
      byId(first).focus();
    } else if (!byId("form-error").hidden) {
      byId("form-error").focus();
    } else {
      byId("prompt").focus();
    }
  }
}

function putIfPresent(request, name, value) {
  if (value !== "") {
    request[name] = value;
  }
}

// Seeds stay strings until they are serialized. Text that is not a number is sent as it is: the API
// rejects it and names the field.
function fieldValue(name, text) {
  if (name === "guidanceInterval" && text !== "") {
    return text.split(",").map((part) => (NUMBER.test(part.trim()) ? Number(part) : part.trim()));
  }
  return NUMBER.test(text) && name !== "seed" ? Number(text) : text;
}
