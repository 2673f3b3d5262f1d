/** What the API says went wrong: problem details (RFC 9457), OpenAI's shape, or no answer at all. */
export class Problem extends Error {
  /**
   * @param status of the answer; 0 where there was none
   * @param message for people
   * @param errors the fields that break rules, as {field, found, allowed}
   * @param retryAfter seconds to wait before the next try
   */
  constructor(status, message, errors = [], retryAfter = 0) {
    super(message);
    this.status = status;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }

  static unreachable() {
    return new Problem(0, "The gateway cannot be reached.");
  }

  static async of(response) {
    const body = await response.json().catch(() => ({}));
    const said = body.error?.message ?? [body.title, body.detail].filter(Boolean).join(": ");
    return new Problem(
      response.status,
      said || `The gateway answers ${response.status}.`,
      body.errors ?? [],
      Number(response.headers.get("Retry-After") ?? 0),
    );
  }
}

/** What is wrong with a field, in one sentence. */
export function sentence({ found, allowed }) {
  return found === "null" || found === '""' ? `Needed: ${allowed}.` : `Found ${found}; allowed: ${allowed}.`;
}
