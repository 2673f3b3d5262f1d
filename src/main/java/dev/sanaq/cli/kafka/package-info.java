/** Commands that send requests and read events, dead letters and webhook deliveries. */
@NullMarked
package dev.sanaq.cli.kafka;

import org.jspecify.annotations.NullMarked;
