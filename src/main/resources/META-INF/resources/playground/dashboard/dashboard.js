import * as api from "../api/client.js";
import { byId, element, showText } from "../lib/dom.js";
import { ago, duration, plural } from "../lib/format.js";
import { lineChart } from "./line-chart.js";
import { completedPerMinute, failuresByCode, recentJobs, WINDOW_MINUTES, workers } from "./statistics.js";

const POLL_INTERVAL = 5000;

/** The service's queue, throughput, failures and workers. It polls the API while it is visible. */
export class Dashboard {
  #timer = 0;
  #open = false;

  open() {
    this.#open = true;
    this.#poll();
  }

  close() {
    this.#open = false;
    clearTimeout(this.#timer);
  }

  async #poll() {
    clearTimeout(this.#timer);
    let delay = POLL_INTERVAL;
    try {
      if (!document.hidden) {
        const [backlog, jobs] = await Promise.all([api.backlog(), recentJobs()]);
        show(backlog, jobs);
      }
    } catch (problem) {
      showText(byId("banner"), problem.message);
      delay = Math.max(delay, (problem.retryAfter ?? 0) * 1000);
    }
    if (this.#open) {
      this.#timer = setTimeout(() => this.#poll(), delay);
    }
  }
}

function show(backlog, jobs) {
  const counts = completedPerMinute(jobs);
  const completed = counts.reduce((sum, count) => sum + count, 0);
  const window = `in the last ${WINDOW_MINUTES} minutes`;
  byId("tiles").replaceChildren(
    tile("Queued", String(backlog.queued), "jobs not started"),
    tile("Running", String(backlog.running), "jobs on a worker"),
    tile("Backlog", duration(backlog.seconds), backlogNote(backlog.workers)),
    tile("Completed", String(completed), window),
  );
  byId("throughput-note").textContent = `Completed jobs per minute, ${window}`;
  const label = `Completed jobs per minute, oldest first: ${counts.join(", ")}`;
  const chart = byId("throughput");
  chart.replaceChildren(lineChart(counts, label, chart.clientWidth));
  byId("failures").replaceChildren(failuresTable(failuresByCode(jobs)));
  byId("workers").replaceChildren(workersTable(workers(jobs)));
}

function backlogNote(workers) {
  return workers === 0 ? "of work; no worker is running" : `of work for ${plural(workers, "worker")}`;
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
    "No failed jobs.",
    ["Code", "Jobs", "Latest"],
    rows.map(({ code, count, latest }) => [
      code,
      String(count),
      `${latest.error.message} (${ago(latest.endedAt)})`,
    ]),
  );
}

function workersTable(rows) {
  return table(
    "No jobs, so no workers to show.",
    ["Worker", "State", "Done", "Seen"],
    rows.map(({ name, busy, completed, seenAt }) => [
      name,
      busy ? "busy" : "idle",
      String(completed),
      ago(seenAt),
    ]),
  );
}

function table(emptyText, headings, rows) {
  if (rows.length === 0) {
    return element("p", { class: "muted" }, emptyText);
  }
  const head = element("tr", {}, ...headings.map((text) => element("th", { scope: "col" }, text)));
  const body = rows.map(([first, ...rest]) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, first),
      ...rest.map((text) => element("td", {}, text)),
    ),
  );
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
}
