import { byId, element } from "../lib/dom.js";

// Sana's aspect bins, in 32nds of the side of the square: [label, width, height].
const ASPECT_BINS = [
  ["square", 32, 32],
  ["4:3", 36, 28],
  ["3:2", 38, 26],
  ["16:9", 42, 24],
  ["2:1", 44, 22],
  ["3:4", 28, 36],
  ["2:3", 26, 38],
  ["9:16", 24, 42],
  ["1:2", 22, 44],
];
const SIDES = [512, 1024, 2048];
const MODEL_DEFAULT = "";
const CUSTOM = "custom";

/** The size field: the model's default, the picture's, an aspect bin, or a custom width and height. */
export class SizeSelect {
  #select = byId("size");
  #customFields = byId("custom-size");
  #ofPicture = element("option");

  constructor() {
    this.#select.append(
      element("option", { value: MODEL_DEFAULT }, "model’s default"),
      ...SIDES.map((side) => optionGroup(side)),
      element("option", { value: CUSTOM }, "custom…"),
    );
    this.#select.addEventListener("change", () => this.showCustomFields());
  }

  /** {width, height} as strings; empty strings for the model's default. */
  get value() {
    if (this.isCustom) {
      return { width: byId("width").value.trim(), height: byId("height").value.trim() };
    }
    const [width = "", height = ""] = this.#select.value.split("x");
    return { width, height };
  }

  set value({ width, height }) {
    const size = width === undefined || height === undefined ? MODEL_DEFAULT : `${width}x${height}`;
    const known = [...this.#select.options].some((option) => option.value === size);
    this.#select.value = known ? size : CUSTOM;
    byId("width").value = width ?? "";
    byId("height").value = height ?? "";
    this.showCustomFields();
  }

  /** Offers the size of a picture, in place of the model's default; null if there is no picture. */
  set picture(size) {
    const isOffered = this.#ofPicture.isConnected;
    const isDefault = this.#select.value === MODEL_DEFAULT || (isOffered && this.#ofPicture.selected);
    const { width, height } = this.value;
    this.#ofPicture.remove();
    if (size !== null) {
      this.#ofPicture.value = `${size.width}x${size.height}`;
      this.#ofPicture.textContent = `the picture’s, ${size.width} × ${size.height}`;
      this.#select.options[0].after(this.#ofPicture);
    }
    if (!isDefault) {
      this.value = { width, height };
    } else {
      this.#select.value = size === null ? MODEL_DEFAULT : this.#ofPicture.value;
      this.showCustomFields();
    }
  }

  get isCustom() {
    return this.#select.value === CUSTOM;
  }

  /** Shows the fields for width and height if the size is custom. */
  showCustomFields() {
    this.#customFields.hidden = !this.isCustom;
  }
}

function optionGroup(side) {
  const options = ASPECT_BINS.map(([label, across, down]) => {
    const width = (across * side) / 32;
    const height = (down * side) / 32;
    return element("option", { value: `${width}x${height}` }, `${width} × ${height}, ${label}`);
  });
  return element("optgroup", { label: `${side} pixels` }, ...options);
}
