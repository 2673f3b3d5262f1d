package dev.sanaq.kafka.request;

/**
 * Somebody takes a job back.
 *
 * @param id the job's id
 * @param reason why, for people; empty for nothing
 */
public record Cancellation(String id, String reason) {}
