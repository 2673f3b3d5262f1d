/** Exponential backoff: the one rule for retries. */
@NullMarked
package dev.sanaq.retry;

import org.jspecify.annotations.NullMarked;
