/**
 * Calls to addresses that strangers give: which may be called, and the call itself, made to the
 * very address that was checked.
 */
@NullMarked
package dev.sanaq.outbound;

import org.jspecify.annotations.NullMarked;
