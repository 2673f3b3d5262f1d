import { element } from "../lib/dom.js";

const PNG_URL = /^data:image\/png;base64,([A-Za-z0-9+/]+={0,2})$/;
const MAX_LENGTH = 8192;

/**
 * The images of a running job so far, from the previews in its progress events: a few pixels each,
 * which the style sheet enlarges. An event without previews leaves those that are shown.
 */
export class Previews {
  #images = new Map();
  node = element("div", { class: "previews", hidden: true });

  show({ state, previews, request }) {
    if (state === "queued") {
      this.clear();
    }
    for (const { index, url } of previews ?? []) {
      const file = png(url);
      if (file !== null) {
        this.#image(index, request ?? {}).src = this.#replace(index, file);
      }
    }
    this.node.hidden = this.#images.size === 0;
    this.node.dataset.count = this.#images.size;
  }

  /** Removes the previews and frees their memory. */
  clear() {
    this.#images.forEach(({ url }) => URL.revokeObjectURL(url));
    this.#images.clear();
    this.node.replaceChildren();
    this.node.hidden = true;
  }

  #image(index, { width, height }) {
    if (!this.#images.has(index)) {
      const image = element("img", { alt: `Preview of image ${Number(index) + 1}` });
      if (width > 0 && height > 0) {
        image.style.aspectRatio = `${width} / ${height}`;
      }
      this.#images.set(index, { image, url: "" });
      const ordered = [...this.#images].sort(([a], [b]) => a - b);
      this.node.replaceChildren(...ordered.map(([, shown]) => element("div", {}, shown.image)));
    }
    return this.#images.get(index).image;
  }

  #replace(index, file) {
    const shown = this.#images.get(index);
    URL.revokeObjectURL(shown.url);
    shown.url = URL.createObjectURL(file);
    return shown.url;
  }
}

// The page's policy allows no data: URLs.
function png(url) {
  const [, base64] = (url.length <= MAX_LENGTH && PNG_URL.exec(url)) || [];
  if (base64 === undefined) {
    return null;
  }
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new Blob([bytes], { type: "image/png" });
}
