import { byId, element } from "./dom.js";

// Sizes that Sana was trained on, in 32nds of the square's side: [words, width, height].
const SHAPES = [
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
const OWN = "";
const FREE = "free";

/** The choice of a size: one of the published, the model's own, or any. */
export class Sizes {
  #select = byId("size");
  #free = byId("free-size");

  constructor() {
    this.#select.append(
      element("option", { value: OWN }, "model’s own"),
      ...SIDES.map((side) => group(side)),
      element("option", { value: FREE }, "another…"),
    );
    this.#select.addEventListener("change", () => this.show());
  }

  /** {width, height} as text; empty where the model's own. */
  get value() {
    if (this.#select.value === FREE) {
      return { width: byId("width").value.trim(), height: byId("height").value.trim() };
    }
    const [width = "", height = ""] = this.#select.value.split("x");
    return { width, height };
  }

  set value({ width, height }) {
    const wanted = width === undefined || height === undefined ? OWN : `${width}x${height}`;
    const known = [...this.#select.options].some((option) => option.value === wanted);
    this.#select.value = known ? wanted : FREE;
    byId("width").value = width ?? "";
    byId("height").value = height ?? "";
    this.show();
  }

  get free() {
    return this.#select.value === FREE;
  }

  show() {
    this.#free.hidden = !this.free;
  }
}

function group(side) {
  const options = SHAPES.map(([words, across, down]) => {
    const width = (across * side) / 32;
    const height = (down * side) / 32;
    return element("option", { value: `${width}x${height}` }, `${width} × ${height}, ${words}`);
  });
  return element("optgroup", { label: `${side} pixels` }, ...options);
}
