import { element, svg } from "./dom.js";
import { duration } from "./words.js";

const WIDTH = 100;
const HEIGHT = 6;
const GAP = 0.6;

/** What a job cost: seconds by stage as one bar, in the order of the stages, with a legend. */
export function cost(timings) {
  const stages = Object.entries(timings);
  const all = stages.reduce((sum, [, seconds]) => sum + seconds, 0);
  return element(
    "div",
    { class: "cost" },
    element("p", { class: "cost-sum" }, `${duration(all)} of work`),
    bar(stages, all),
    element("ul", { class: "legend" }, ...stages.map(([stage, seconds], i) => entry(stage, seconds, i))),
  );
}

// The legend says it all in words.
function bar(stages, all) {
  const drawing = svg("svg", {
    class: "cost-bar",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  const room = WIDTH - GAP * (stages.length - 1);
  let x = 0;
  stages.forEach(([, seconds], i) => {
    const width = all > 0 ? (seconds / all) * room : room / stages.length;
    drawing.append(svg("rect", { class: `stage-${i}`, x, y: 0, width, height: HEIGHT }));
    x += width + GAP;
  });
  return drawing;
}

function entry(stage, seconds, i) {
  const swatch = svg("svg", { viewBox: "0 0 8 8", class: "swatch", "aria-hidden": "true" });
  swatch.append(svg("rect", { class: `stage-${i}`, width: 8, height: 8, rx: 2 }));
  return element("li", {}, swatch, ` ${stage} ${duration(seconds)}`);
}
