package dev.sanaq.net;

/** The result of fetching a body over HTTP. */
public sealed interface FetchResult {
  /** The whole body. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Fetched(byte[] body) implements FetchResult {}

  /** The body has more bytes than allowed; the rest was not read. */
  record TooLarge() implements FetchResult {}

  /** There is no body: see the call's result, which is no success. */
  record NotFetched(CallResult reason) implements FetchResult {}
}
