import * as api from "./api.js";
import { Dashboard } from "./dashboard.js";
import { announce, byId, showText } from "./dom.js";
import { Form } from "./form.js";
import { Gallery } from "./gallery.js";
import { Jobs } from "./jobs.js";
import { startKey } from "./key.js";
import { startViewer } from "./viewer.js";
import { startViews } from "./views.js";

// The page: puts its parts together.

const jobs = new Jobs();
const form = new Form(draw);
const gallery = new Gallery(jobs, {
  cancel: (id) => jobs.cancel(id),
  fill: (request, errors) => form.fill(request, errors),
  draw,
});

async function draw(request) {
  const job = await jobs.submit(request);
  gallery.reveal(job.id);
  announce(job.place > 1 ? `Sent, number ${job.place} in the queue.` : "Sent.");
}

async function nameModels() {
  try {
    byId("model").textContent = (await api.models()).join(", ");
  } catch {
    // Only an ornament: what is wrong, the list of jobs says.
  }
}

jobs.addEventListener("trouble", ({ detail }) => showText(byId("banner"), detail));
startKey();
startViewer();
startViews(new Dashboard());
jobs.start();
nameModels();
