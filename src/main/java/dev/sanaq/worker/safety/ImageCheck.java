package dev.sanaq.worker.safety;

import dev.sanaq.job.Job;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Checks an image of a job before it is stored. Any number of threads. */
@FunctionalInterface
public interface ImageCheck {
  /**
   * Checks; blocks.
   *
   * @param index of the image, from 0
   * @param file the image in the job's format
   * @param aborted whether the job is no longer wanted
   * @return the name of the policy that refuses the image; empty if it is allowed
   * @throws SafetyUnavailableException if there is no answer
   * @throws dev.sanaq.retry.RetryAbortedException if the job is no longer wanted
   */
  Optional<String> checkImage(Job job, int index, byte[] file, BooleanSupplier aborted);
}
