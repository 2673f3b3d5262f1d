/**
 * Starts attempts: decides whether a job starts, is a duplicate, is quarantined or has crashed; and
 * whether it should stop.
 */
@NullMarked
package dev.sanaq.worker.attempt;

import org.jspecify.annotations.NullMarked;
