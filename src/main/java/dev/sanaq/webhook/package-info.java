/** Signed callbacks: from the events' topic, at their own pace, to whoever asked. */
@NullMarked
package dev.sanaq.webhook;

import org.jspecify.annotations.NullMarked;
