package dev.sanaq.worker.safety;

import dev.sanaq.job.Job;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Checks the prompt of a job before it is generated. Any number of threads. */
@FunctionalInterface
public interface PromptCheck {
  /**
   * Checks; blocks.
   *
   * @param aborted whether the job is no longer wanted
   * @return the name of the policy that refuses the prompt; empty if it is allowed
   * @throws SafetyUnavailableException if there is no answer
   * @throws dev.sanaq.retry.RetryAbortedException if the job is no longer wanted
   */
  Optional<String> checkPrompt(Job job, BooleanSupplier aborted);
}
