package dev.sanaq.kafka.request;

import dev.sanaq.job.GenerationRequest;

/** What came of a record's bytes. */
public sealed interface DecodedRecord {
  /**
   * A JSON object.
   *
   * @param request what it says
   * @param derivedId the job's id unless the request brings one
   */
  record Request(GenerationRequest request, String derivedId) implements DecodedRecord {}

  /**
   * No JSON object, or an envelope that breaks its rules.
   *
   * @param reason what was wrong, for people
   * @param id the job's id where one could be read, otherwise empty
   */
  record Unreadable(String reason, String id) implements DecodedRecord {}
}
