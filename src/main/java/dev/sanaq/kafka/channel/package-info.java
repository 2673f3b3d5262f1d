/**
 * What the channels of Quarkus Messaging need beside their configuration: where a reader is,
 * whether it has caught up, and whether it still reads.
 */
@NullMarked
package dev.sanaq.kafka.channel;

import org.jspecify.annotations.NullMarked;
