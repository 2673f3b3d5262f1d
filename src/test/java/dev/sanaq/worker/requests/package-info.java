/** Tests of the channel of requests. */
@NullMarked
package dev.sanaq.worker.requests;

import org.jspecify.annotations.NullMarked;
