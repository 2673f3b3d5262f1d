/** Prepares batches and runs them on the device. */
@NullMarked
package dev.sanaq.worker.run;

import org.jspecify.annotations.NullMarked;
