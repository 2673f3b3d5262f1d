/** Kafka clients, topics, readers outside of a group, and the offsets of a partition. */
@NullMarked
package dev.sanaq.kafka;

import org.jspecify.annotations.NullMarked;
