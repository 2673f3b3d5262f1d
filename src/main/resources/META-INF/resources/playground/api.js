import { askForKey, keyHeaders } from "./key.js";
import { Problem } from "./problem.js";
import { parse, stringify } from "./seeds.js";

// The gateway's API. Every function throws a Problem where it is refused; where a key is wanted it
// waits for one and asks again.

export async function submit(request) {
  return job(await send("/v1/jobs", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: stringify(request),
  }));
}

export async function find(id) {
  return job(await send(address(id)));
}

export async function cancel(id) {
  return job(await send(address(id), { method: "DELETE" }));
}

/** A page of jobs, newest first: {jobs, next}. */
export async function list(query = {}) {
  return parse(await (await send(`/v1/jobs?${new URLSearchParams(query)}`)).text());
}

export async function backlog() {
  return (await send("/v1/backlog")).json();
}

export async function models() {
  return (await (await send("/v1/models")).json()).data.map((model) => model.id);
}

/** An image's bytes. By fetch, since an image element cannot show the key. */
export async function image(href) {
  return (await send(href)).blob();
}

/** The open stream of a job's events, after the one of that id. */
export function eventStream(id, lastEventId, signal) {
  const headers = lastEventId === "" ? {} : { "Last-Event-ID": lastEventId };
  return send(`${address(id)}/events`, { headers, signal });
}

function address(id) {
  return `/v1/jobs/${encodeURIComponent(id)}`;
}

async function job(response) {
  return parse(await response.text());
}

async function send(path, options = {}) {
  const response = await fetch(path, {
    ...options,
    headers: { ...options.headers, ...keyHeaders() },
  }).catch((failure) => {
    throw failure.name === "AbortError" ? failure : Problem.unreachable();
  });
  if (response.status === 401) {
    await askForKey();
    return send(path, options);
  }
  if (!response.ok) {
    throw await Problem.of(response);
  }
  return response;
}
