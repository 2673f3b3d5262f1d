/** The input images of a worker's jobs: read once, bounded, checked. */
@NullMarked
package dev.sanaq.worker.input;

import org.jspecify.annotations.NullMarked;
