/** Tests of callbacks. */
@NullMarked
package dev.sanaq.webhook;

import org.jspecify.annotations.NullMarked;
