/** One attempt of a delivery: payload, signature, HTTP call. */
@NullMarked
package dev.sanaq.webhook.send;

import org.jspecify.annotations.NullMarked;
