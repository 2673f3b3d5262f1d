/** A job's images as files, with what they say of their making. */
@NullMarked
package dev.sanaq.worker.encode;

import org.jspecify.annotations.NullMarked;
