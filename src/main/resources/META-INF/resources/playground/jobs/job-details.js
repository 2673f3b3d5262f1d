import { element } from "../lib/dom.js";
import { timingsChart } from "./timings.js";

/** Returns a completed job's timings and, collapsed, the parameters that the worker used. */
export function jobDetails({ id, request, timings, worker, model }) {
  const rows = [
    ["Negative prompt", request.negativePrompt],
    ["Size", `${request.width} × ${request.height}`],
    ["Steps", request.steps],
    ["Guidance", request.guidanceScale],
    ["Guidance interval", request.guidanceInterval],
    ["Step cache", request.stepCache],
    ["Picture", request.image && (request.mask ? "with a mask" : "without a mask")],
    ["Strength", request.strength],
    ["Solver", request.solver],
    ["Model", model],
    ["Worker", worker],
    ["Job", id],
  ].filter(([, value]) => value !== undefined && value !== "");
  const list = element("dl", { class: "parameters" });
  for (const [name, value] of rows) {
    list.append(element("div", {}, element("dt", {}, name), element("dd", {}, String(value))));
  }
  const summary = element("summary", {}, "Details");
  return element("div", {}, timingsChart(timings ?? {}), element("details", {}, summary, list));
}
