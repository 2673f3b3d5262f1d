/** A proxy that injects faults on the way to S3, and the objects that S3 holds. */
@NullMarked
package dev.sanaq.faults.storage;

import org.jspecify.annotations.NullMarked;
