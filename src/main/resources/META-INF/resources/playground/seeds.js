// Seeds go up to 2^63 - 1, which JavaScript's numbers cannot hold: on this page they are text.

const SEED = /^\d+$/;

/** Reads JSON; the values of fields named seed become text. */
export function parse(json) {
  // A quote inside a text is escaped, so this finds names of fields alone.
  return JSON.parse(json.replace(/"seed"\s*:\s*(\d+)/g, '"seed":"$1"'));
}

/** Writes a request, its seed as a number where it is one. */
export function stringify(request) {
  const { seed, ...rest } = request;
  if (seed === undefined || !SEED.test(seed)) {
    return JSON.stringify(request);
  }
  return JSON.stringify({ ...rest, seed: 0 }).replace(/"seed":0}$/, `"seed":${BigInt(seed)}}`);
}

/** The seed after all of the job's. */
export function next(request) {
  return String(BigInt(request.seed) + BigInt(request.count ?? 1));
}

/** 32 bits, as many as torch's generator reads. */
export function random() {
  return String(crypto.getRandomValues(new Uint32Array(1))[0]);
}
