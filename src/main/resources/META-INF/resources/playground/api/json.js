// JSON with 64-bit seeds. Seeds go up to 2^63 - 1, which a JavaScript number cannot represent, so
// this page keeps them as strings.

const SEED = /^\d+$/;

/** Parses JSON; the values of fields named seed become strings. */
export function parse(json) {
  // Quotes inside a string value are escaped, so the pattern matches field names only.
  return JSON.parse(json.replace(/"seed"\s*:\s*(\d+)/g, '"seed":"$1"'));
}

/** Serializes a request; a numeric seed becomes a JSON number. */
export function stringify(request) {
  const { seed, ...rest } = request;
  if (seed === undefined || !SEED.test(seed)) {
    return JSON.stringify(request);
  }
  return JSON.stringify({ ...rest, seed: 0 }).replace(/"seed":0}$/, `"seed":${BigInt(seed)}}`);
}
