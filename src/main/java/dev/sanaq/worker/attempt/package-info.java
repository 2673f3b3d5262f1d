/**
 * Decides whether a job starts (stored result, crashed or quarantined request, counted attempt) and
 * whether it should stop.
 */
@NullMarked
package dev.sanaq.worker.attempt;

import org.jspecify.annotations.NullMarked;
