/** Kafka clients, topics and the offsets of a partition. */
@NullMarked
package dev.sanaq.kafka;

import org.jspecify.annotations.NullMarked;
