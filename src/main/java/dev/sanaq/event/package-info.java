/** Events out: CloudEvents, the transaction, dead letters. */
@NullMarked
package dev.sanaq.event;

import org.jspecify.annotations.NullMarked;
