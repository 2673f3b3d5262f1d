/** Faults of Kafka: a lost leader, a missing topic, a full group, lost offsets. */
@NullMarked
package dev.sanaq.faults.broker;

import org.jspecify.annotations.NullMarked;
