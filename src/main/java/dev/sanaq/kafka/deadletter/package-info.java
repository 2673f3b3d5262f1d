/**
 * The dead letter topic: records that cannot be read, written by workers, read and replayed by the
 * command line. Requests that kill their workers are not dead letters: see {@code
 * worker.attempt.AttemptCounter}.
 */
@NullMarked
package dev.sanaq.kafka.deadletter;

import org.jspecify.annotations.NullMarked;
