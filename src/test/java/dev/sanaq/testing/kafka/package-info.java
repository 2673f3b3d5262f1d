/** Kafka as tests need it: a reader of terminal events, and values for malformed records. */
@NullMarked
package dev.sanaq.testing.kafka;

import org.jspecify.annotations.NullMarked;
