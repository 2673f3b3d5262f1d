package dev.sanaq.faults.request;

import dev.sanaq.faults.audit.TerminalEvent;
import java.util.Set;

/**
 * A record for the requests' topic and what may come of it.
 *
 * @param id the job's id, the record's key; empty where the record's place is to give it
 * @param value the record's value
 * @param outcomes how its job may end, in the words of {@link TerminalEvent#outcome}; empty where
 *     no event is due
 * @param deadLetter whether it is to be found among the dead letters
 * @param cancelled whether a cancellation follows it
 */
public record ExpectedRequest(
    String id, byte[] value, Set<String> outcomes, boolean deadLetter, boolean cancelled) {}
