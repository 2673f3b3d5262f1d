/** The processes of the measurement: worker, broker, S3, and their CPU times. */
@NullMarked
package dev.sanaq.overhead.process;

import org.jspecify.annotations.NullMarked;
