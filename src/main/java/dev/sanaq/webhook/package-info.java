/** Signed callbacks to the URLs that requests name. */
@NullMarked
package dev.sanaq.webhook;

import org.jspecify.annotations.NullMarked;
