import * as api from "./api.js";
import { line } from "./chart.js";
import { byId, element, showText } from "./dom.js";
import { failures, lately, MINUTES, perMinute, workers } from "./window.js";
import { ago, duration, many } from "./words.js";

const PAUSE = 5000;

/** How the service does, from its API alone; asked again while somebody looks. */
export class Dashboard {
  #timer = 0;
  #open = false;

  open() {
    this.#open = true;
    this.#look();
  }

  close() {
    this.#open = false;
    clearTimeout(this.#timer);
  }

  async #look() {
    clearTimeout(this.#timer);
    let pause = PAUSE;
    try {
      if (!document.hidden) {
        const [backlog, jobs] = await Promise.all([api.backlog(), lately()]);
        show(backlog, jobs);
      }
    } catch (problem) {
      showText(byId("banner"), problem.message);
      pause = Math.max(pause, (problem.retryAfter ?? 0) * 1000);
    }
    if (this.#open) {
      this.#timer = setTimeout(() => this.#look(), pause);
    }
  }
}

function show(backlog, jobs) {
  const counts = perMinute(jobs);
  const done = counts.reduce((sum, count) => sum + count, 0);
  const window = `in the last ${MINUTES} minutes`;
  byId("tiles").replaceChildren(
    tile("Waiting", String(backlog.queued), "jobs not begun"),
    tile("Running", String(backlog.running), "jobs being drawn"),
    tile("Backlog", duration(backlog.seconds), `until all is done by ${many(backlog.workers, "worker")}`),
    tile("Done", String(done), window),
  );
  byId("throughput-note").textContent = `Jobs completed a minute, ${window}`;
  const label = `Jobs completed a minute, the oldest first: ${counts.join(", ")}`;
  const place = byId("throughput");
  place.replaceChildren(line(counts, label, place.clientWidth));
  byId("failures").replaceChildren(failuresTable(failures(jobs)));
  byId("workers").replaceChildren(workersTable(workers(jobs)));
}

function tile(name, value, note) {
  return element(
    "div",
    { class: "tile panel" },
    element("dt", {}, name),
    element("dd", { class: "value" }, value),
    element("dd", { class: "muted" }, note),
  );
}

function failuresTable(rows) {
  return table(
    "No job has failed.",
    ["Code", "Jobs", "The last one"],
    rows.map(({ code, count, last }) => [
      code,
      String(count),
      `${last.error.message} (${ago(last.endedAt)})`,
    ]),
  );
}

function workersTable(rows) {
  return table(
    "No worker has drawn anything.",
    ["Worker", "Now", "Done", "Seen"],
    rows.map(({ name, draws, completed, seenAt }) => [
      name,
      draws ? "drawing" : "idle",
      String(completed),
      ago(seenAt),
    ]),
  );
}

function table(nothing, heads, rows) {
  if (rows.length === 0) {
    return element("p", { class: "muted" }, nothing);
  }
  const head = element("tr", {}, ...heads.map((words) => element("th", { scope: "col" }, words)));
  const body = rows.map(([first, ...rest]) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, first),
      ...rest.map((words) => element("td", {}, words)),
    ),
  );
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
}
