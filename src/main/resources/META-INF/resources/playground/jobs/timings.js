import { element, svg } from "../lib/dom.js";
import { duration } from "../lib/format.js";

const WIDTH = 100;
const HEIGHT = 6;
const GAP = 0.6;

/** Shows a job's seconds by stage as one bar, in the order of the stages, with a legend. */
export function timingsChart(timings) {
  const stages = Object.entries(timings);
  const total = stages.reduce((sum, [, seconds]) => sum + seconds, 0);
  return element(
    "div",
    { class: "timings" },
    element("p", {}, `${duration(total)} of work`),
    bar(stages, total),
    element("ul", { class: "legend" }, ...stages.map(([stage, seconds], i) => legendEntry(stage, seconds, i))),
  );
}

// Hidden from screen readers: the legend has the same numbers.
function bar(stages, total) {
  const chart = svg("svg", {
    class: "timings-bar",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  const available = WIDTH - GAP * (stages.length - 1);
  let x = 0;
  stages.forEach(([, seconds], i) => {
    const width = total > 0 ? (seconds / total) * available : available / stages.length;
    chart.append(svg("rect", { class: `stage-${i}`, x, y: 0, width, height: HEIGHT }));
    x += width + GAP;
  });
  return chart;
}

function legendEntry(stage, seconds, i) {
  const swatch = svg("svg", { viewBox: "0 0 8 8", class: "swatch", "aria-hidden": "true" });
  swatch.append(svg("rect", { class: `stage-${i}`, width: 8, height: 8, rx: 2 }));
  return element("li", {}, swatch, ` ${stage} ${duration(seconds)}`);
}
