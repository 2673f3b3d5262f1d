package dev.sanaq.train.loop;

import dev.sanaq.train.config.TrainingConfig;
import dev.sanaq.train.config.TrainingPhase;
import dev.sanaq.train.optim.OptimizerSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Runs a task through its phases, step by step, with snapshots and metrics. */
public final class TrainingLoop {
  /** The keys of every step in the metrics; all others are evaluation metrics. */
  static final Set<String> STEP_METRICS =
      Set.of("step", "phase", "loss", "grad_norm", "lr", "seconds");

  private final TrainingTask task;
  private final OptimizerSettings optimizer;
  private final TrainingSnapshots snapshots;
  private final TrainingConfig.Intervals intervals;
  private final MetricsSink metricsSink;

  /** Creates a loop that has not run yet. */
  public TrainingLoop(
      TrainingTask task,
      OptimizerSettings optimizer,
      TrainingSnapshots snapshots,
      TrainingConfig.Intervals intervals,
      MetricsSink metricsSink) {
    this.task = task;
    this.optimizer = optimizer;
    this.snapshots = snapshots;
    this.intervals = intervals;
    this.metricsSink = metricsSink;
  }

  /** Runs all remaining steps, starting from the last snapshot if there is one. */
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

  /** A resumed phase keeps the state of the optimizer. */
  private void startPhase(int phase, boolean resumed) {
    if (!resumed && task.phases().get(phase).resetOptimizer()) {
      task.program().resetOptimizer();
    }
    task.selectTrainable(phase);
    task.program().enableGrad();
  }

  private void step(int number, long step, long stepOfPhase) {
    TrainingPhase phase = task.phases().get(number);
    long start = System.nanoTime();
    double loss = 0;
    for (int part = 0; part < phase.gradientAccumulationSteps(); part++) {
      double share = 1.0 / phase.gradientAccumulationSteps();
      loss += share * task.accumulateGradients(number, step, part, share);
    }
    double gradNorm = task.program().clipGradNorm(optimizer.maxGradNorm());
    if (!Double.isFinite(loss) || !Double.isFinite(gradNorm)) {
      throw snapshots.recordDivergence(step, loss, gradNorm, task);
    }
    double rate = phase.learningRate().at(stepOfPhase, phase.steps());
    optimizer.step(task.program(), rate, stepsSinceReset(number, stepOfPhase) + 1);
    logStep(phase, step, loss, gradNorm, rate, (System.nanoTime() - start) / 1e9);
  }

  /** Number of steps since the state of the optimizer was cleared. */
  private long stepsSinceReset(int phase, long stepOfPhase) {
    long steps = stepOfPhase;
    for (int i = phase; i > 0 && !task.phases().get(i).resetOptimizer(); i--) {
      steps += task.phases().get(i - 1).steps();
    }
    return steps;
  }

  private void logStep(
      TrainingPhase phase, long step, double loss, double gradNorm, double rate, double seconds) {
    long done = step + 1;
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", done);
    line.put("phase", phase.name());
    line.put("loss", loss);
    line.put("grad_norm", gradNorm);
    line.put("lr", rate);
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
