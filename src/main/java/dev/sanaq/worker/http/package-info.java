/** Calls of URLs that requests name. */
@NullMarked
package dev.sanaq.worker.http;

import org.jspecify.annotations.NullMarked;
