package dev.sanaq.faults.request;

import java.util.Set;

/**
 * A record for the topic of requests, and its permitted results.
 *
 * @param id the job's id and the record's key; empty if the id is derived from the record's offset
 * @param value the record's value
 * @param outcomes the permitted outcomes of the job: {@code completed}, {@code cancelled}, or
 *     {@code failed:} and an error code; empty if no event is expected
 * @param deadLetter whether a dead letter is expected
 * @param cancelled whether a cancellation follows
 */
public record ExpectedRequest(
    String id, byte[] value, Set<String> outcomes, boolean deadLetter, boolean cancelled) {}
