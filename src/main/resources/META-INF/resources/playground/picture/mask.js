const HALF = 128;

/**
 * What the user painted on a picture: the pixels that are generated anew. It is a list of strokes
 * in the picture's pixels, so that each can be undone and the mask has no resolution of its own.
 */
export class Mask {
  #strokes;

  constructor(width, height, strokes = []) {
    this.width = width;
    this.height = height;
    this.#strokes = [...strokes];
  }

  /** The same strokes, independent of later ones. */
  copy() {
    return new Mask(this.width, this.height, this.#strokes);
  }

  /** Whether there is nothing to undo. */
  get isUntouched() {
    return this.#strokes.length === 0;
  }

  /** Begins a stroke with a dot. */
  begin(point, radius, erases) {
    this.#strokes.push({ points: [point], radius, erases });
  }

  /** Continues the latest stroke. */
  extend(point) {
    this.#strokes.at(-1).points.push(point);
  }

  undo() {
    this.#strokes.pop();
  }

  /** Erases everything; can be undone like a stroke. */
  clear() {
    this.#strokes.push({ points: [], radius: 0, erases: true });
  }

  /** Draws all strokes on an empty canvas in its fillStyle, each pixel opaque or transparent. */
  draw(context) {
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    this.#strokes.forEach((stroke) => drawStroke(context, this, stroke, stroke.points));
  }

  /** Draws what extend() or begin() added last. */
  drawLatest(context) {
    const stroke = this.#strokes.at(-1);
    drawStroke(context, this, stroke, stroke.points.slice(-2));
  }

  /**
   * Returns the mask as a PNG of the picture's size, white on black, or null if no pixel is white.
   *
   * @throws Error with a message for the user if the browser cannot make it
   */
  async toBlob() {
    const canvas = document.createElement("canvas");
    canvas.width = this.width;
    canvas.height = this.height;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.fillStyle = "white";
    this.draw(context);
    if (!hasPaint(context)) {
      return null;
    }
    context.globalCompositeOperation = "destination-over";
    context.fillStyle = "black";
    context.fillRect(0, 0, this.width, this.height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    if (blob === null) {
      throw new Error(`This browser cannot make a mask of ${this.width} × ${this.height} pixels.`);
    }
    return blob;
  }
}

function drawStroke(context, mask, { radius, erases }, points) {
  const { width, height } = context.canvas;
  if (points.length === 0) {
    context.clearRect(0, 0, width, height);
    return;
  }
  context.save();
  context.globalCompositeOperation = erases ? "destination-out" : "source-over";
  context.strokeStyle = context.fillStyle;
  context.scale(width / mask.width, height / mask.height);
  context.lineWidth = 2 * radius;
  context.lineCap = "round";
  context.lineJoin = "round";
  const [{ x, y }] = points;
  // A line without a length would draw no dot.
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
  context.beginPath();
  points.forEach((point) => context.lineTo(point.x, point.y));
  context.stroke();
  context.restore();
}

function hasPaint(context) {
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  for (let alpha = 3; alpha < data.length; alpha += 4) {
    if (data[alpha] >= HALF) {
      return true;
    }
  }
  return false;
}
