package dev.sanaq.kafka.request;

/**
 * A client's wish to cancel a job.
 *
 * @param id the job's id
 * @param reason free text; may be empty
 */
public record Cancellation(String id, String reason) {}
