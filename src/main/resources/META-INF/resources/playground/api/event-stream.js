import { eventStream } from "./client.js";
import { parse } from "./json.js";
import { Problem } from "./problem.js";

// A job's server-sent events, read with fetch: EventSource cannot send an API key.

const TERMINAL_EVENTS = ["completed", "failed", "cancelled"];
const INITIAL_BACKOFF = 1000;
const MAX_BACKOFF = 15000;

/**
 * Calls onEvent with each event of the job as {name, data}, up to the terminal event. A broken
 * stream is reopened after its last event. Returns early if the signal is aborted or the job does
 * not exist.
 */
export async function watchEvents(id, onEvent, signal) {
  let lastEventId = "";
  let backoff = INITIAL_BACKOFF;
  while (!signal.aborted) {
    try {
      const response = await eventStream(id, lastEventId, signal);
      if (response.status === 204) {
        return;
      }
      for await (const event of readEvents(response.body)) {
        lastEventId = event.id;
        backoff = INITIAL_BACKOFF;
        onEvent({ name: event.name, data: parse(event.data).data });
        if (TERMINAL_EVENTS.includes(event.name)) {
          return;
        }
      }
    } catch (failure) {
      if (failure instanceof Problem && failure.status === 404) {
        return;
      }
    }
    await sleep(backoff);
    backoff = Math.min(2 * backoff, MAX_BACKOFF);
  }
}

async function* readEvents(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }
    const blocks = (buffer + value.replaceAll("\r", "")).split("\n\n");
    buffer = blocks.pop();
    yield* blocks.map(parseEvent).filter((event) => event.data !== "");
  }
}

function parseEvent(block) {
  const event = { id: "", name: "message", data: "" };
  for (const line of block.split("\n")) {
    const [, field, value] = /^(id|event|data): ?(.*)$/.exec(line) ?? [];
    if (field === "data") {
      event.data += value;
    } else if (field !== undefined) {
      event[field === "event" ? "name" : "id"] = value;
    }
  }
  return event;
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
