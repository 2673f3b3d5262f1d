/** From a Kafka record to an accepted job: envelopes, decoding, checks. */
@NullMarked
package dev.sanaq.intake;

import org.jspecify.annotations.NullMarked;
