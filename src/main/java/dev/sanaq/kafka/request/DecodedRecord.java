package dev.sanaq.kafka.request;

import dev.sanaq.job.GenerationRequest;

/** The result of decoding a record's bytes. */
public sealed interface DecodedRecord {
  /**
   * A JSON object, not validated.
   *
   * @param request the request's fields
   * @param derivedId the job's id if the request has none
   */
  record Request(GenerationRequest request, String derivedId) implements DecodedRecord {}

  /**
   * Neither a JSON object nor a valid envelope.
   *
   * @param reason the error, for people
   * @param id the job's id; empty if it could not be read
   */
  record Unreadable(String reason, String id) implements DecodedRecord {}
}
