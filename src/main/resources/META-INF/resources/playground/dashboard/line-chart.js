import { svg } from "../lib/dom.js";

const HEIGHT = 180;
const LEFT = 32;
const RIGHT = 8;
const TOP = 12;
const BOTTOM = 24;

/**
 * Returns a line chart of one value per minute, the latest value at the right.
 *
 * @param label the chart in words, for screen readers
 * @param width in CSS pixels, so that lines and text keep their size
 */
export function lineChart(values, label, width) {
  const max = axisMaximum(Math.max(...values));
  const x = (i) => LEFT + (i * (width - LEFT - RIGHT)) / (values.length - 1);
  const y = (value) => TOP + (1 - value / max) * (HEIGHT - TOP - BOTTOM);
  const points = values.map((value, i) => `${x(i)},${y(value)}`).join(" ");
  const base = y(0);
  const text = (content, attributes) => svg("text", attributes, content);
  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": label },
    ...[0, max / 2, max].map((value) =>
      svg("line", { class: "gridline", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
    ),
    text(String(max), { x: LEFT - 8, y: y(max) + 4, class: "end" }),
    text("0", { x: LEFT - 8, y: base + 4, class: "end" }),
    text(`${values.length} min ago`, { x: LEFT, y: HEIGHT - 4 }),
    text("now", { x: width - RIGHT, y: HEIGHT - 4, class: "end" }),
    svg("polygon", { class: "area", points: `${x(0)},${base} ${points} ${x(values.length - 1)},${base}` }),
    svg("polyline", { class: "curve", points }),
    svg("circle", { class: "latest", cx: x(values.length - 1), cy: y(values.at(-1)), r: 4 }),
  );
}

// The smallest of 2, 4, 10, 20, 40, 100, ... that is not below the largest value.
function axisMaximum(largest) {
  let max = 2;
  for (const factor of [2, 2.5, 2]) {
    if (max >= largest) {
      return max;
    }
    max *= factor;
  }
  return max >= largest ? max : 10 ** Math.ceil(Math.log10(largest));
}
