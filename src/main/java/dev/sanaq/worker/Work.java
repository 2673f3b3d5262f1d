package dev.sanaq.worker;

import dev.sanaq.storage.Attempt;

/**
 * A job that was begun.
 *
 * @param ticket the job
 * @param attempt as it was counted
 * @param tries how often this request was begun, this time included
 */
record Work(Ticket ticket, Attempt attempt, int tries) {}
