/** Reading requests: partitions, offsets, memberships, records that cannot be read. */
@NullMarked
package dev.sanaq.worker.consume;

import org.jspecify.annotations.NullMarked;
