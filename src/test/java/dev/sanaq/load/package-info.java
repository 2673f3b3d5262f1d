/** Load over Kafka and HTTP on a complete service: steady, bursts, ramp, mixed. */
@NullMarked
package dev.sanaq.load;

import org.jspecify.annotations.NullMarked;
