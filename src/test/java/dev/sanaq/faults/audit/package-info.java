/** Sent requests, received events, and the comparison of both. */
@NullMarked
package dev.sanaq.faults.audit;

import org.jspecify.annotations.NullMarked;
