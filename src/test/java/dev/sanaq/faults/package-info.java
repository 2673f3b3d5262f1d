/**
 * The promise under faults, from outside: programs in processes of their own that are killed, a
 * broker and a storage that come and go, and a plain client that counts what came of it. Nothing
 * here looks into the worker; see load-tests/faults/README.md.
 */
@NullMarked
package dev.sanaq.faults;

import org.jspecify.annotations.NullMarked;
