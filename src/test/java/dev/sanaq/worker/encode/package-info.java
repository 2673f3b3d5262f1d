/** A job's images as files. */
@NullMarked
package dev.sanaq.worker.encode;

import org.jspecify.annotations.NullMarked;
