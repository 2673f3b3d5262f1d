import { eventStream } from "./api.js";
import { Problem } from "./problem.js";
import { parse } from "./seeds.js";

// A job's server-sent events. Read by fetch: the browser's EventSource cannot show a key.

const ENDS = ["completed", "failed", "cancelled"];
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15000;

/**
 * Tells each event of the job as {name, data} to its end; a broken stream goes on where it was.
 * Ends early where the signal says so, or where there is no such job.
 */
export async function watch(id, tell, signal) {
  let last = "";
  let pause = FIRST_PAUSE;
  while (!signal.aborted) {
    try {
      const response = await eventStream(id, last, signal);
      if (response.status === 204) {
        return;
      }
      for await (const event of read(response.body)) {
        last = event.id;
        pause = FIRST_PAUSE;
        tell({ name: event.name, data: parse(event.data).data });
        if (ENDS.includes(event.name)) {
          return;
        }
      }
    } catch (failure) {
      if (failure instanceof Problem && failure.status === 404) {
        return;
      }
    }
    await sleep(pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }
}

async function* read(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }
    const blocks = (text + value.replaceAll("\r", "")).split("\n\n");
    text = blocks.pop();
    yield* blocks.map(event).filter((each) => each.data !== "");
  }
}

function event(block) {
  const found = { id: "", name: "message", data: "" };
  for (const line of block.split("\n")) {
    const [, field, value] = /^(id|event|data): ?(.*)$/.exec(line) ?? [];
    if (field === "data") {
      found.data += value;
    } else if (field !== undefined) {
      found[field === "event" ? "name" : "id"] = value;
    }
  }
  return found;
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
