import { startApiKey } from "./api/api-key.js";
import * as api from "./api/client.js";
import { Dashboard } from "./dashboard/dashboard.js";
import { Form } from "./form/form.js";
import { Gallery } from "./jobs/gallery.js";
import { JobStore } from "./jobs/job-store.js";
import { startViewer } from "./jobs/viewer.js";
import { announce, byId, showText } from "./lib/dom.js";
import { startRouter } from "./lib/router.js";

// Entry point: connects the form, the gallery and the dashboard to the API.

const jobs = new JobStore();
const form = new Form(generate);
const gallery = new Gallery(jobs, {
  cancel: (id) => jobs.cancel(id),
  fill: (request, errors) => form.fill(request, errors),
  generate,
  usePicture: (file, name) => form.usePicture(file, name),
});

async function generate(request) {
  const job = await jobs.submit(request);
  gallery.reveal(job.id);
  announce(job.queuePosition > 1 ? `Sent. Queue position ${job.queuePosition}.` : "Sent.");
}

async function showModels() {
  try {
    const models = await api.models();
    byId("models").textContent = models.map((model) => model.id).join(", ");
    form.offerModels(models);
  } catch {
    // The name is optional; the job list reports the same error.
  }
}

jobs.addEventListener("error", ({ detail }) => showText(byId("banner"), detail));
startApiKey();
startViewer();
startRouter(new Dashboard());
jobs.start();
showModels();
