/** Starts, runs and stops webhook deliveries. */
@NullMarked
package dev.sanaq.webhook.lifecycle;

import org.jspecify.annotations.NullMarked;
