/** The delivery topic: the state of each delivery, written, read and queried. */
@NullMarked
package dev.sanaq.webhook.topic;

import org.jspecify.annotations.NullMarked;
