/** Kafka records to generation requests: CloudEvents envelopes, decoding, cancellations. */
@NullMarked
package dev.sanaq.kafka.request;

import org.jspecify.annotations.NullMarked;
