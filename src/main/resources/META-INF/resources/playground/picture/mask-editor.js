import { announce, byId } from "../lib/dom.js";
import { Mask } from "./mask.js";

const MAX_CANVAS_SIDE = 1024;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Paints a mask on a picture: with a mouse, a pen or a finger, and with the keyboard. There the
 * arrow keys move the brush, Space paints a dot, and Enter lowers or lifts the brush.
 */
export class MaskEditor {
  #canvas = byId("mask");
  #context = this.#canvas.getContext("2d");
  #brush = byId("brush");
  #size = byId("brush-size");
  #erase = byId("erase");
  #mask = new Mask(1, 1);
  #position = { x: 0, y: 0 };
  #isDown = false;

  constructor() {
    this.#canvas.addEventListener("pointerdown", (event) => this.#onPointerDown(event));
    this.#canvas.addEventListener("pointermove", (event) => this.#onPointerMove(event));
    for (const name of ["pointerup", "pointercancel", "blur"]) {
      this.#canvas.addEventListener(name, () => this.#lift());
    }
    this.#canvas.addEventListener("pointerleave", () => this.#showBrush(false));
    this.#canvas.addEventListener("blur", () => this.#showBrush(false));
    this.#canvas.addEventListener("keydown", (event) => this.#onKey(event));
    this.#size.addEventListener("input", () => this.#showBrush(!this.#brush.hidden));
    this.#erase.addEventListener("click", () => this.#setErases(!this.#erases));
    byId("undo-stroke").addEventListener("click", () => this.#undo());
    byId("clear-mask").addEventListener("click", () => this.#clear());
  }

  get mask() {
    return this.#mask;
  }

  /** Starts with a mask, on the picture that the page shows below the canvas. */
  open(mask) {
    this.#mask = mask;
    const scale = Math.min(1, MAX_CANVAS_SIDE / Math.max(mask.width, mask.height));
    this.#canvas.width = Math.max(1, Math.round(mask.width * scale));
    this.#canvas.height = Math.max(1, Math.round(mask.height * scale));
    this.#position = { x: mask.width / 2, y: mask.height / 2 };
    this.#isDown = false;
    this.#setErases(false);
    this.#redraw();
  }

  get #erases() {
    return this.#erase.getAttribute("aria-pressed") === "true";
  }

  #setErases(erases) {
    this.#erase.setAttribute("aria-pressed", String(erases));
  }

  /** In the picture's pixels; the field says the diameter in percent of the shorter side. */
  get #radius() {
    return (Number(this.#size.value) / 200) * Math.min(this.#mask.width, this.#mask.height);
  }

  #onPointerDown(event) {
    if (event.button !== 0 || !event.isPrimary) {
      return;
    }
    // Without a default action, such as selecting text, the focus does not move either.
    event.preventDefault();
    this.#canvas.focus({ preventScroll: true });
    this.#canvas.setPointerCapture(event.pointerId);
    this.#position = this.#pointOf(event);
    this.#lower();
    this.#showBrush(true);
  }

  #onPointerMove(event) {
    if (!event.isPrimary) {
      return;
    }
    const isPainting = this.#canvas.hasPointerCapture(event.pointerId) && this.#isDown;
    if (isPainting) {
      const all = event.getCoalescedEvents?.() ?? [];
      (all.length > 0 ? all : [event]).forEach((each) => this.#extend(this.#pointOf(each)));
    }
    this.#position = this.#pointOf(event);
    this.#showBrush(true);
  }

  #onKey(event) {
    if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.#undo();
    }
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key in ARROWS) {
      event.preventDefault();
      this.#move(ARROWS[event.key]);
    } else if (event.key === " ") {
      event.preventDefault();
      this.#lift();
      this.#lower();
      this.#lift();
      announce(this.#erases ? "Erased a dot." : "Painted a dot.");
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#isDown ? this.#lift() : this.#lower();
      announce(this.#isDown ? "Brush down." : "Brush lifted.");
    } else {
      return;
    }
    this.#showBrush(true);
  }

  #move([right, down]) {
    const { width, height } = this.#mask;
    const step = Math.max(1, this.#radius);
    this.#position = {
      x: Math.min(width, Math.max(0, this.#position.x + right * step)),
      y: Math.min(height, Math.max(0, this.#position.y + down * step)),
    };
    if (this.#isDown) {
      this.#extend(this.#position);
    }
    const { x, y } = this.#position;
    announce(`${percent(x, width)} from the left, ${percent(y, height)} from the top`);
  }

  #lower() {
    this.#isDown = true;
    this.#mask.begin(this.#position, this.#radius, this.#erases);
    this.#drawLatest();
  }

  #extend(point) {
    this.#mask.extend(point);
    this.#drawLatest();
  }

  #lift() {
    this.#isDown = false;
  }

  #undo() {
    if (!this.#mask.isUntouched) {
      this.#lift();
      this.#mask.undo();
      this.#redraw();
      announce("Undone.");
    }
  }

  #clear() {
    if (!this.#mask.isUntouched) {
      this.#lift();
      this.#mask.clear();
      this.#redraw();
      announce("Mask cleared.");
    }
  }

  #redraw() {
    this.#context.fillStyle = getComputedStyle(this.#canvas).color;
    this.#mask.draw(this.#context);
    this.#updateButtons();
  }

  #drawLatest() {
    this.#mask.drawLatest(this.#context);
    this.#updateButtons();
  }

  #updateButtons() {
    for (const id of ["undo-stroke", "clear-mask"]) {
      byId(id).setAttribute("aria-disabled", String(this.#mask.isUntouched));
    }
  }

  #pointOf({ clientX, clientY }) {
    const box = this.#canvas.getBoundingClientRect();
    return {
      x: ((clientX - box.left) / box.width) * this.#mask.width,
      y: ((clientY - box.top) / box.height) * this.#mask.height,
    };
  }

  #showBrush(visible) {
    const { width, height } = this.#mask;
    this.#brush.hidden = !visible;
    this.#brush.style.left = percent(this.#position.x, width);
    this.#brush.style.top = percent(this.#position.y, height);
    this.#brush.style.width = percent(2 * this.#radius, width);
  }
}

function percent(part, whole) {
  return `${Math.round((1000 * part) / whole) / 10}%`;
}
