package dev.sanaq.kafka.request;

import java.time.Instant;

/**
 * A client's wish to cancel a job.
 *
 * @param id the job's id
 * @param reason free text; may be empty
 * @param sentAt the record's timestamp
 */
public record Cancellation(String id, String reason, Instant sentAt) {}
