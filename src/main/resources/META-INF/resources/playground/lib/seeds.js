// Seeds are strings of digits; api/json.js says why.

/** Returns the first seed after those that the request's images use. */
export function nextSeed(request) {
  return String(BigInt(request.seed) + BigInt(request.count ?? 1));
}

/** Returns a random 32-bit seed, the range that torch's generator uses. */
export function randomSeed() {
  return String(crypto.getRandomValues(new Uint32Array(1))[0]);
}
