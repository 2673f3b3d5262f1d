/** Processes that tests start, and the broker and the S3 server among them. */
@NullMarked
package dev.sanaq.testing.process;

import org.jspecify.annotations.NullMarked;
