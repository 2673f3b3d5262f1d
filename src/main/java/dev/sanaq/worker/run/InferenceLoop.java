package dev.sanaq.worker.run;

import dev.sanaq.estimate.ThroughputEstimator;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.worker.attempt.AttemptGate;
import dev.sanaq.worker.attempt.JobTermination;
import dev.sanaq.worker.attempt.ShutdownState;
import dev.sanaq.worker.attempt.StartedJob;
import dev.sanaq.worker.finish.ErrorMapper;
import dev.sanaq.worker.finish.JobCompleter;
import dev.sanaq.worker.finish.ResultWriter;
import dev.sanaq.worker.observe.WorkerMetrics;
import dev.sanaq.worker.queue.JobExecution;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Draws batch after batch: the device's own thread. What it has drawn the {@link ResultWriter}
 * stores, while the next one is drawn.
 */
public final class InferenceLoop implements Runnable {
  private static final Logger LOG = Logger.getLogger(InferenceLoop.class);

  private final ImageGenerator generator;
  private final BatchPreparer preparer;
  private final ResultWriter resultWriter;
  private final AttemptGate attemptGate;
  private final JobCompleter completer;
  private final JobTermination termination;
  private final ShutdownState shutdown;
  private final ThroughputEstimator<BatchKey> throughput;
  private final BatchProgressReporter.Context context;
  private final WorkerMetrics metrics;
  private final String workerId;

  public InferenceLoop(
      ImageGenerator painter,
      BatchPreparer preparer,
      ResultWriter finisher,
      AttemptGate claims,
      JobCompleter endings,
      JobTermination needless,
      ShutdownState leaving,
      ThroughputEstimator<BatchKey> rates,
      BatchProgressReporter.Context context,
      WorkerMetrics meters,
      String worker) {
    this.generator = painter;
    this.preparer = preparer;
    this.resultWriter = finisher;
    this.attemptGate = claims;
    this.completer = endings;
    this.termination = needless;
    this.shutdown = leaving;
    this.throughput = rates;
    this.context = context;
    this.metrics = meters;
    this.workerId = worker;
  }

  @Override
  public void run() {
    try {
      for (List<StartedJob> batch = preparer.next(); !batch.isEmpty(); batch = preparer.next()) {
        processBatch(batch);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void processBatch(List<StartedJob> batch) throws InterruptedException {
    AtomicBoolean free = new AtomicBoolean();
    Runnable nearlyFree =
        () -> {
          if (free.compareAndSet(false, true)) {
            preparer.onDeviceAlmostIdle();
          }
        };
    try {
      // With a suspect on the device nothing else may be begun before it is off it again.
      boolean alone = batch.get(0).execution().isQuarantined();
      runBatch(removeUnneeded(batch), alone ? () -> {} : nearlyFree);
    } finally {
      nearlyFree.run();
    }
  }

  private List<StartedJob> removeUnneeded(List<StartedJob> batch) {
    List<StartedJob> wanted = new ArrayList<>();
    for (StartedJob work : batch) {
      if (work.execution().isAbandoned() || shutdown.isStarted()) {
        abandon(work);
      } else if (termination.outcomeIfUnneeded(work.execution(), work.attemptCount()).isPresent()) {
        finishUnneeded(work);
      } else {
        wanted.add(work);
      }
    }
    return wanted;
  }

  private void runBatch(List<StartedJob> batch, Runnable denoised) throws InterruptedException {
    if (batch.isEmpty()) {
      return;
    }
    metrics.recordBatchStart(batch.stream().map(work -> work.execution().received()).toList());
    batch.forEach(
        work ->
            context.sendProgress(work, context.events().started(work.execution().job(), workerId)));
    BatchProgressReporter watch =
        new BatchProgressReporter(batch, termination, shutdown, context, denoised);
    Instant began = context.clock().instant();
    List<BatchResult> results;
    try {
      results = generate(batch, watch);
    } catch (Throwable e) {
      handleFailure(batch, e, denoised);
      return;
    }
    Instant ended = context.clock().instant();
    batch.forEach(work -> recordSpans(work.execution(), began, ended));
    recordThroughput(batch, results, Duration.between(began, ended));
    int images = countImages(batch, results);
    for (int i = 0; i < batch.size(); i++) {
      Duration share = deviceTimeShare(batch.get(i), images, Duration.between(began, ended));
      handleResult(batch.get(i), results.get(i), share, watch);
    }
  }

  private static void recordSpans(JobExecution ticket, Instant began, Instant ended) {
    ticket.span().recordStage("wait", ticket.received(), began);
    ticket.span().recordStage("draw", began, ended);
  }

  private List<BatchResult> generate(List<StartedJob> batch, BatchProgressReporter watch) {
    context.watchdog().heartbeat();
    try {
      return generator.generateBatch(
          batch.stream().map(work -> work.execution().generationParams()).toList(), watch);
    } finally {
      context.watchdog().idle();
    }
  }

  // One of several may have spoilt it for all: each gets its own chance.
  private void handleFailure(List<StartedJob> batch, Throwable thrown, Runnable denoised)
      throws InterruptedException {
    if (batch.size() == 1) {
      StartedJob work = batch.get(0);
      completer.complete(
          work.execution(),
          ErrorMapper.toFailure(work.execution().job(), thrown, work.attemptCount()));
      return;
    }
    LOG.warnf(thrown, "a batch of %d failed; its jobs are drawn one by one", batch.size());
    for (StartedJob work : batch) {
      runBatch(removeUnneeded(List.of(work)), denoised);
    }
  }

  private void handleResult(
      StartedJob work, BatchResult result, Duration share, BatchProgressReporter watch)
      throws InterruptedException {
    if (result instanceof BatchResult.Done done) {
      metrics.recordStages(done.result().timings());
      resultWriter.submit(work, done.result(), share);
    } else if (result instanceof BatchResult.Failed failed) {
      completer.complete(
          work.execution(),
          ErrorMapper.toFailure(work.execution().job(), failed.cause(), work.attemptCount()));
    } else if (watch.isAbandoned(work)) {
      abandon(work);
    } else {
      finishUnneeded(work);
    }
  }

  private void finishUnneeded(StartedJob work) {
    termination
        .outcomeIfUnneeded(work.execution(), work.attemptCount())
        .ifPresentOrElse(end -> completer.complete(work.execution(), end), () -> abandon(work));
  }

  private void abandon(StartedJob work) {
    attemptGate.releaseAttempt(work.execution(), work.attempt());
    completer.abandon(work.execution());
  }

  private void recordThroughput(List<StartedJob> batch, List<BatchResult> results, Duration time) {
    int images = countImages(batch, results);
    if (images > 0) {
      BatchKey batchKey = batch.get(0).execution().batchKey();
      throughput.recordMeasurement(batchKey, images, time.toNanos() / 1e9);
    }
  }

  // Those of one batch are of one shape, so that each took as much of the device as the next.
  private static Duration deviceTimeShare(StartedJob work, int images, Duration time) {
    return images == 0
        ? Duration.ZERO
        : time.multipliedBy(work.execution().job().count()).dividedBy(images);
  }

  private static int countImages(List<StartedJob> batch, List<BatchResult> results) {
    int images = 0;
    for (int i = 0; i < results.size(); i++) {
      images +=
          results.get(i) instanceof BatchResult.Done ? batch.get(i).execution().job().count() : 0;
    }
    return images;
  }
}
