/** Deliveries that are due, by receiver. */
@NullMarked
package dev.sanaq.webhook.queue;

import org.jspecify.annotations.NullMarked;
