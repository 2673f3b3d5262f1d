import { authorizationHeaders, requestApiKey } from "./api-key.js";
import { parse, stringify } from "./json.js";
import { Problem } from "./problem.js";

// The gateway's HTTP API. Every function throws a Problem if the gateway rejects the call. After a
// 401, a call waits for an API key and is sent again.

export async function submit(request) {
  return job(await send("/v1/jobs", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: stringify(request),
  }));
}

export async function find(id) {
  return job(await send(jobPath(id)));
}

export async function cancel(id) {
  return job(await send(jobPath(id), { method: "DELETE" }));
}

/** Returns one page of jobs, newest first: {jobs, next}. */
export async function list(query = {}) {
  return parse(await (await send(`/v1/jobs?${new URLSearchParams(query)}`)).text());
}

export async function backlog() {
  return (await send("/v1/backlog")).json();
}

/** Returns the models, without the aliases of OpenAI's routes: {id, default, …}. */
export async function models() {
  return (await (await send("/v1/models")).json()).data.filter((model) => !("alias_of" in model));
}

/** Stores a picture for later requests: {image, expiresAt}; the image is a request's reference. */
export async function upload(file) {
  const headers = { "Content-Type": file.type };
  return (await send("/v1/uploads", { method: "POST", headers, body: file })).json();
}

/** Fetches an image as a Blob. An img element cannot send the API key. */
export async function image(href) {
  return (await send(href)).blob();
}

/** Opens the stream of a job's events that follow lastEventId; "" starts at the first event. */
export function eventStream(id, lastEventId, signal) {
  const headers = lastEventId === "" ? {} : { "Last-Event-ID": lastEventId };
  return send(`${jobPath(id)}/events`, { headers, signal });
}

function jobPath(id) {
  return `/v1/jobs/${encodeURIComponent(id)}`;
}

async function job(response) {
  return parse(await response.text());
}

async function send(path, options = {}) {
  const response = await fetch(path, {
    ...options,
    headers: { ...options.headers, ...authorizationHeaders() },
  }).catch((failure) => {
    throw failure.name === "AbortError" ? failure : Problem.unreachable();
  });
  if (response.status === 401) {
    await requestApiKey();
    return send(path, options);
  }
  if (!response.ok) {
    throw await Problem.of(response);
  }
  return response;
}
