package dev.sanaq.train.loop;

import dev.sanaq.train.config.TrainingConfig;
import dev.sanaq.train.config.TrainingPhase;
import dev.sanaq.train.optim.OptimizerSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Takes a task through its phases, step by step. */
public final class TrainingLoop {
  /** The figures of every step; others are measures. */
  static final Set<String> STEP_METRICS =
      Set.of("step", "phase", "loss", "norm", "rate", "seconds");

  private final TrainingTask task;
  private final OptimizerSettings optimizer;
  private final TrainingSnapshots snapshots;
  private final TrainingConfig.Intervals intervals;
  private final MetricsSink metricsSink;

  public TrainingLoop(
      TrainingTask task,
      OptimizerSettings optimizer,
      TrainingSnapshots snapshots,
      TrainingConfig.Intervals every,
      MetricsSink journal) {
    this.task = task;
    this.optimizer = optimizer;
    this.snapshots = snapshots;
    this.intervals = every;
    this.metricsSink = journal;
  }

  /** Runs to the end, from the last snapshot where there is one. */
  public void run() {
    long step = snapshots.restoreLatest(task.program());
    metricsSink.start(step, task.phases().stream().mapToLong(TrainingPhase::steps).sum());
    long first = 0;
    for (int phase = 0; phase < task.phases().size(); phase++) {
      long last = first + task.phases().get(phase).steps();
      if (step < last) {
        startPhase(phase, step > first);
        for (; step < last; step++) {
          step(phase, step, step - first);
        }
      }
      first = last;
    }
    snapshots.write(step, task.program());
    metricsSink.plot();
    task.renderSamples(step);
  }

  /** A phase that was under way, or that keeps the optimizer, goes on with what it remembers. */
  private void startPhase(int phase, boolean underWay) {
    if (!underWay && task.phases().get(phase).resetOptimizer()) {
      task.program().resetOptimizer();
    }
    task.selectTrainable(phase);
    task.program().enableGrad();
  }

  private void step(int phase, long step, long stepOfPhase) {
    TrainingPhase of = task.phases().get(phase);
    long start = System.nanoTime();
    double loss = 0;
    for (int part = 0; part < of.gradientAccumulationSteps(); part++) {
      double share = 1.0 / of.gradientAccumulationSteps();
      loss += share * task.accumulateGradients(phase, step, part, share);
    }
    double norm = task.program().clipGradNorm(optimizer.maxGradNorm());
    if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
      throw snapshots.recordDivergence(step, loss, norm, task);
    }
    double rate = of.learningRate().at(stepOfPhase, of.steps());
    optimizer.step(task.program(), rate, stepsSinceReset(phase, stepOfPhase) + 1);
    logStep(of, step, loss, norm, rate, (System.nanoTime() - start) / 1e9);
  }

  /** Steps that the optimizer remembers. */
  private long stepsSinceReset(int phase, long stepOfPhase) {
    long steps = stepOfPhase;
    for (int i = phase; i > 0 && !task.phases().get(i).resetOptimizer(); i--) {
      steps += task.phases().get(i - 1).steps();
    }
    return steps;
  }

  private void logStep(
      TrainingPhase of, long step, double loss, double norm, double rate, double seconds) {
    long done = step + 1;
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", done);
    line.put("phase", of.name());
    line.put("loss", loss);
    line.put("norm", norm);
    line.put("rate", rate);
    line.put("seconds", seconds);
    if (done % intervals.evaluate() == 0) {
      line.putAll(task.evaluate());
    }
    metricsSink.write(line);
    if (done % intervals.snapshot() == 0) {
      snapshots.write(done, task.program());
    }
    if (done % intervals.renderSamples() == 0) {
      metricsSink.plot();
      task.renderSamples(done);
    }
  }
}
