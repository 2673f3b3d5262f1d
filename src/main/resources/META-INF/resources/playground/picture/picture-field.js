import { Problem } from "../api/problem.js";
import { announce, byId, showText } from "../lib/dom.js";
import { watchFiles } from "./file-sources.js";
import { Mask } from "./mask.js";
import { MaskEditor } from "./mask-editor.js";
import { Picture } from "./picture.js";
import { asInput, contentOf, upload } from "./uploads.js";

const DEFAULT_STRENGTH = "0.6";

/** The picture to start from, the mask on it, and the settings that only a picture has. */
export class PictureField {
  #editor = new MaskEditor();
  #onSize;
  #picture = null;
  #uploaded = null;
  // The picture and mask of another request, which this tab cannot show.
  #stored = null;
  #changes = 0;

  /** @param onSize called with the size of a new picture, or null when there is none */
  constructor(onSize) {
    this.#onSize = onSize;
    watchFiles((file) => this.use(file));
    byId("remove-picture").addEventListener("click", () => {
      this.clear();
      byId("image").focus();
      announce("Picture removed.");
    });
    byId("strength").addEventListener("input", () => this.#showStrength());
  }

  /** Shows a file as the picture, or why it cannot; then the previous picture stays. */
  async use(file, name = file.name) {
    if (await this.#open(file, name)) {
      announce(`Picture: ${this.#summary}`);
    }
  }

  clear() {
    this.#changes++;
    this.#replace(null, null);
    byId("strength").value = DEFAULT_STRENGTH;
    byId("composite").checked = true;
    this.#showStrength();
  }

  /** Shows the picture, the mask and the settings of a request. */
  async fill(request) {
    this.clear();
    const { image, mask, strength, composite } = request;
    if (image === undefined) {
      return;
    }
    byId("strength").value = strength ?? DEFAULT_STRENGTH;
    byId("composite").checked = composite ?? true;
    this.#showStrength();
    const known = contentOf(image);
    if (known !== undefined && (mask === undefined || contentOf(mask) !== undefined)) {
      await this.#open(known.file, known.name, mask && contentOf(mask).copy());
    } else {
      this.#replace(null, { image: asInput(image), ...(mask && { mask: asInput(mask) }) });
    }
  }

  /** Uploads the picture and the mask; returns their fields of a request. */
  async request() {
    if (this.#picture === null && this.#stored === null) {
      return {};
    }
    const fields = this.#stored ?? (await this.#upload());
    const settings = { strength: Number(byId("strength").value) };
    return { ...fields, ...settings, ...(!byId("composite").checked && { composite: false }) };
  }

  async #upload() {
    const picture = this.#picture;
    const mask = this.#editor.mask;
    try {
      if (this.#uploaded === null || this.#uploaded.freshUntil < Date.now()) {
        this.#uploaded = await upload(picture.file, picture);
      }
      const image = this.#uploaded.reference;
      const file = await mask.toBlob();
      return file === null ? { image } : { image, mask: (await upload(file, mask.copy())).reference };
    } catch (failure) {
      // The form shows the reason beside the picture.
      const errors = [{ field: "image", message: failure.message }];
      throw new Problem(failure.status ?? 0, failure.message, errors, failure.retryAfter);
    }
  }

  async #open(file, name, mask) {
    const change = ++this.#changes;
    try {
      const picture = await Picture.open(file, name);
      if (change !== this.#changes) {
        picture.close();
        return false;
      }
      this.#replace(picture, null, mask);
      return true;
    } catch (failure) {
      this.#showError(failure.message);
      return false;
    }
  }

  #replace(picture, stored, mask) {
    this.#picture?.close();
    this.#picture = picture;
    this.#stored = stored;
    this.#uploaded = null;
    this.#showError("");
    if (picture === null) {
      byId("picture-preview").removeAttribute("src");
    } else {
      byId("picture-preview").src = picture.url;
      this.#editor.open(mask ?? new Mask(picture.width, picture.height));
    }
    const isEmpty = picture === null && stored === null;
    byId("mask-editor").hidden = picture === null;
    byId("picture-settings").hidden = isEmpty;
    byId("remove-picture").hidden = isEmpty;
    byId("choose-label").textContent = isEmpty ? "Choose a picture" : "Choose another";
    showText(byId("picture-name"), isEmpty ? "" : this.#summary);
    this.#onSize(picture && { width: picture.width, height: picture.height });
  }

  get #summary() {
    if (this.#picture !== null) {
      return `${this.#picture.name}, ${this.#picture.width} × ${this.#picture.height} pixels`;
    }
    const { image, mask } = this.#stored;
    const source = image.key ?? image.url ?? "from an address";
    return `The job’s own picture${mask ? " and mask" : ""}, without a preview: ${source}`;
  }

  #showStrength() {
    byId("strength-value").textContent = byId("strength").value;
  }

  #showError(text) {
    showText(byId("image-error"), text);
    byId("image").setAttribute("aria-invalid", String(text !== ""));
  }
}
