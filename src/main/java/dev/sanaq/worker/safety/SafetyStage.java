package dev.sanaq.worker.safety;

import dev.sanaq.job.Job;
import dev.sanaq.worker.safety.SafetyConfig.HookConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Checks prompts while their jobs are queued, so that a refused prompt never reaches the model, and
 * images before they are stored, so that none of a refused job is. A job passes if every check
 * allows it. Any number of threads.
 */
public final class SafetyStage implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(SafetyStage.class);

  private final List<PromptCheck> promptChecks;
  private final List<ImageCheck> imageChecks;
  private final boolean failOpen;
  private final Executor executor;
  private final BiConsumer<CheckStage, CheckOutcome> metrics;
  private final Runnable onClose;

  /**
   * @param failOpen whether a job passes if a check gives no answer
   * @param executor runs the checks of prompts
   * @param metrics counts how checks end
   * @param onClose closes what the checks use
   */
  SafetyStage(
      List<PromptCheck> promptChecks,
      List<ImageCheck> imageChecks,
      boolean failOpen,
      Executor executor,
      BiConsumer<CheckStage, CheckOutcome> metrics,
      Runnable onClose) {
    this.promptChecks = List.copyOf(promptChecks);
    this.imageChecks = List.copyOf(imageChecks);
    this.failOpen = failOpen;
    this.executor = executor;
    this.metrics = metrics;
    this.onClose = onClose;
  }

  /**
   * The stage that is configured.
   *
   * @param model checks prompts, if there is one; the caller closes it
   * @param executor runs the checks of prompts
   * @param metrics counts how checks end
   * @throws IllegalArgumentException if the hook's URL is invalid
   */
  public static SafetyStage of(
      SafetyConfig config,
      Optional<PromptCheck> model,
      Executor executor,
      BiConsumer<CheckStage, CheckOutcome> metrics) {
    List<PromptCheck> promptChecks = new ArrayList<>();
    List<ImageCheck> imageChecks = new ArrayList<>();
    HookConfig hookConfig = config.hook();
    Optional<SafetyHook> hook = hookConfig.url().map(url -> new SafetyHook(url, hookConfig));
    hook.filter(checks -> hookConfig.stages().contains(CheckStage.PROMPT.label()))
        .ifPresent(promptChecks::add);
    hook.filter(checks -> hookConfig.stages().contains(CheckStage.IMAGE.label()))
        .ifPresent(imageChecks::add);
    model.ifPresent(promptChecks::add);
    return new SafetyStage(
        promptChecks,
        imageChecks,
        config.failOpen(),
        executor,
        metrics,
        () -> hook.ifPresent(SafetyHook::close));
  }

  /**
   * Starts to check the prompt of a job.
   *
   * @param aborted whether the job is no longer wanted
   * @return completes when the prompt is allowed, or with a {@link SafetyException} if it is
   *     refused or there is no answer
   */
  public CompletableFuture<Void> checkPrompt(Job job, BooleanSupplier aborted) {
    return promptChecks.isEmpty()
        ? CompletableFuture.completedFuture(null)
        : CompletableFuture.runAsync(
            () ->
                run(
                    CheckStage.PROMPT,
                    job,
                    promptChecks.stream()
                        .<Check>map(c -> () -> c.checkPrompt(job, aborted))
                        .toList()),
            executor);
  }

  /** Whether images are checked at all. */
  public boolean checksImages() {
    return !imageChecks.isEmpty();
  }

  /**
   * Checks the images of a job; blocks.
   *
   * @param files in the job's format, all images of the job
   * @param aborted whether the job is no longer wanted
   * @throws SafetyException if one is refused, or there is no answer
   */
  public void checkImages(Job job, List<byte[]> files, BooleanSupplier aborted) {
    List<Check> checks = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      int index = i;
      imageChecks.forEach(
          check -> checks.add(() -> check.checkImage(job, index, files.get(index), aborted)));
    }
    run(CheckStage.IMAGE, job, checks);
  }

  private void run(CheckStage stage, Job job, List<Check> checks) {
    CheckOutcome outcome = CheckOutcome.ALLOWED;
    for (Check check : checks) {
      try {
        Optional<String> policy = check.refusingPolicy();
        if (policy.isPresent()) {
          metrics.accept(stage, CheckOutcome.REFUSED);
          throw SafetyException.refused(stage, policy.get());
        }
      } catch (SafetyUnavailableException e) {
        outcome = CheckOutcome.UNAVAILABLE;
        if (!failOpen) {
          metrics.accept(stage, outcome);
          throw SafetyException.unavailable(String.valueOf(e.getMessage()));
        }
        LOG.warnf(
            "job %s passes although its %s was not checked (sanaq.safety.fail-open): %s",
            job.id(), stage.label(), e.getMessage());
      }
    }
    metrics.accept(stage, outcome);
  }

  @Override
  public void close() {
    onClose.run();
  }

  private interface Check {
    Optional<String> refusingPolicy();
  }
}
