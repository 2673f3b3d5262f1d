/** An error of the API: problem details (RFC 9457), OpenAI's error object, or no response at all. */
export class Problem extends Error {
  /**
   * @param status the HTTP status; 0 if there was no response
   * @param message a text for the user
   * @param errors the invalid fields, as {field, found, allowed} or {field, message}
   * @param retryAfter seconds to wait before the next attempt
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
    const message = body.error?.message ?? [body.title, body.detail].filter(Boolean).join(": ");
    return new Problem(
      response.status,
      message || `The gateway returned HTTP ${response.status}.`,
      body.errors ?? [],
      Number(response.headers.get("Retry-After") ?? 0),
    );
  }
}

/** Describes an invalid field in one sentence. */
export function fieldMessage({ found, allowed, message }) {
  if (message !== undefined) {
    return message;
  }
  return found === "null" || found === '""' ? `Required: ${allowed}.` : `Found ${found}; allowed: ${allowed}.`;
}
