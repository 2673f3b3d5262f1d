package dev.sanaq.worker.run;

import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.DeviceLostException;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.worker.attempt.JobTermination;
import dev.sanaq.worker.attempt.TerminationDecision;
import dev.sanaq.worker.finish.ErrorMapper;
import dev.sanaq.worker.finish.JobCompleter;
import dev.sanaq.worker.finish.ResultWriter;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.queue.JobPhase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Runs batch after batch on the device: the only thread that uses it. The {@link ResultWriter}
 * stores the results meanwhile.
 */
public final class InferenceLoop implements Runnable {
  private static final Logger LOG = Logger.getLogger(InferenceLoop.class);

  private final ImageGenerator generator;
  private final BatchPreparer preparer;
  private final JobTermination termination;
  private final BatchReporting reporting;
  private final ResultWriter resultWriter;
  private final JobCompleter completer;

  public InferenceLoop(
      ImageGenerator generator,
      BatchPreparer preparer,
      JobTermination termination,
      BatchReporting reporting,
      ResultWriter resultWriter,
      JobCompleter completer) {
    this.generator = generator;
    this.preparer = preparer;
    this.termination = termination;
    this.reporting = reporting;
    this.resultWriter = resultWriter;
    this.completer = completer;
  }

  @Override
  public void run() {
    try {
      for (List<JobExecution> batch = preparer.next(); !batch.isEmpty(); batch = preparer.next()) {
        processBatch(batch);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (DeviceLostException e) {
      // Reported; the thread ends as well.
    }
  }

  private void processBatch(List<JobExecution> batch) throws InterruptedException {
    AtomicBoolean almostIdle = new AtomicBoolean();
    Runnable onAlmostIdle =
        () -> {
          if (almostIdle.compareAndSet(false, true)) {
            preparer.onDeviceAlmostIdle();
          }
        };
    try {
      // While a quarantined job is on the device no other job may start.
      boolean alone = batch.get(0).isQuarantined();
      List<JobExecution> wanted = stopUnwanted(batch);
      wanted.forEach(execution -> execution.moveTo(JobPhase.RUNNING));
      runBatch(wanted, alone ? () -> {} : onAlmostIdle);
    } finally {
      onAlmostIdle.run();
    }
  }

  private List<JobExecution> stopUnwanted(List<JobExecution> batch) {
    List<JobExecution> wanted = new ArrayList<>();
    for (JobExecution execution : batch) {
      TerminationDecision decision = termination.beforeRun(execution);
      if (decision instanceof TerminationDecision.Continue) {
        wanted.add(execution);
      } else {
        stop(execution, decision);
      }
    }
    return wanted;
  }

  private void runBatch(List<JobExecution> batch, Runnable onDenoised) throws InterruptedException {
    if (batch.isEmpty()) {
      return;
    }
    BatchProgressReporter reporter =
        new BatchProgressReporter(batch, termination, reporting, onDenoised);
    List<BatchResult> results;
    try {
      results = generate(batch, reporter);
    } catch (DeviceLostException e) {
      reporting.deviceLost(e); // ends the process, except in tests
      batch.forEach(completer::abandonAsCrashed);
      throw e;
    } catch (Throwable e) {
      handleFailure(batch, e, onDenoised);
      return;
    }
    reporter.finished(results);
    for (int i = 0; i < batch.size(); i++) {
      handleResult(batch.get(i), results.get(i), reporter);
    }
  }

  private List<BatchResult> generate(List<JobExecution> batch, BatchProgressReporter reporter) {
    reporting.heartbeat();
    try {
      return generator.generateBatch(
          batch.stream().map(JobExecution::generationParams).toList(), reporter);
    } finally {
      reporting.idle();
    }
  }

  // One job may have failed the batch for all: each runs again alone.
  private void handleFailure(List<JobExecution> batch, Throwable thrown, Runnable onDenoised)
      throws InterruptedException {
    if (batch.size() == 1) {
      resultWriter.submit(batch.get(0), ErrorMapper.toFailure(batch.get(0), thrown));
      return;
    }
    LOG.warnf(thrown, "batch of %d failed; running its jobs one by one", batch.size());
    for (JobExecution execution : batch) {
      runBatch(stopUnwanted(List.of(execution)), onDenoised);
    }
  }

  private void handleResult(
      JobExecution execution, BatchResult result, BatchProgressReporter reporter)
      throws InterruptedException {
    if (result instanceof BatchResult.Done done) {
      reporting.stages(done.result().timings());
      resultWriter.submit(execution, done.result(), reporter.deviceTime(execution));
    } else if (result instanceof BatchResult.Failed failed) {
      resultWriter.submit(execution, ErrorMapper.toFailure(execution, failed.cause()));
    } else {
      stop(execution, reporter.stopDecision(execution));
    }
  }

  private void stop(JobExecution execution, TerminationDecision decision) {
    if (decision instanceof TerminationDecision.Finish finish) {
      resultWriter.submit(execution, finish.outcome());
    } else {
      completer.abandon(execution);
    }
  }
}
