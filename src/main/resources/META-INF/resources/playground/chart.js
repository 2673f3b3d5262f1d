import { svg } from "./dom.js";

const HEIGHT = 180;
const LEFT = 32;
const RIGHT = 8;
const TOP = 12;
const BOTTOM = 24;

/**
 * A line over the last minutes, the last value at the right; said in words by its label.
 *
 * @param width in the page's pixels, so that lines and letters keep their size
 */
export function line(values, label, width) {
  const top = ceiling(Math.max(...values));
  const x = (i) => LEFT + (i * (width - LEFT - RIGHT)) / (values.length - 1);
  const y = (value) => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);
  const points = values.map((value, i) => `${x(i)},${y(value)}`).join(" ");
  const floor = y(0);
  const text = (words, at) => svg("text", at, words);
  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": label },
    ...[0, top / 2, top].map((value) =>
      svg("line", { class: "rule", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
    ),
    text(String(top), { x: LEFT - 8, y: y(top) + 4, class: "end" }),
    text("0", { x: LEFT - 8, y: floor + 4, class: "end" }),
    text(`${values.length} min ago`, { x: LEFT, y: HEIGHT - 4 }),
    text("now", { x: width - RIGHT, y: HEIGHT - 4, class: "end" }),
    svg("polygon", { class: "area", points: `${x(0)},${floor} ${points} ${x(values.length - 1)},${floor}` }),
    svg("polyline", { class: "curve", points }),
    svg("circle", { class: "tip", cx: x(values.length - 1), cy: y(values.at(-1)), r: 4 }),
  );
}

// A round number above all values: 2, 4, 10, 20, 40, 100, ...
function ceiling(most) {
  let top = 2;
  for (const factor of [2, 2.5, 2]) {
    if (top >= most) {
      return top;
    }
    top *= factor;
  }
  return top >= most ? top : 10 ** Math.ceil(Math.log10(most));
}
