package dev.sanaq.worker.attempt;

import dev.sanaq.storage.result.Attempt;
import dev.sanaq.worker.queue.JobExecution;

/**
 * A job that was begun.
 *
 * @param execution the job
 * @param attempt as it was counted
 * @param attemptCount how often this request was begun, this time included
 */
public record StartedJob(JobExecution execution, Attempt attempt, int attemptCount) {}
