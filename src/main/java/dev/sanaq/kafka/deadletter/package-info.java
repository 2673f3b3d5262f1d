/** The dead letter topic: written by workers, read and replayed by the command line. */
@NullMarked
package dev.sanaq.kafka.deadletter;

import org.jspecify.annotations.NullMarked;
