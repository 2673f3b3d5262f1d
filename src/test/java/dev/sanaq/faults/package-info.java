/**
 * Fault tests from outside: programs in processes of their own that are killed, a broker and an S3
 * server that fail and return, and a plain client that counts the results. Nothing here looks into
 * the worker; see load-tests/faults/README.md.
 */
@NullMarked
package dev.sanaq.faults;

import org.jspecify.annotations.NullMarked;
