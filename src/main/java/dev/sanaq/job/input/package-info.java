/** The input images of a request. Plain Java. */
@NullMarked
package dev.sanaq.job.input;

import org.jspecify.annotations.NullMarked;
