package dev.sanaq.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Takes a task through its phases, step by step. */
final class Run {
  /** The figures of every step; others are measures. */
  static final Set<String> EVERY_STEP = Set.of("step", "phase", "loss", "norm", "rate", "seconds");

  private final Task task;
  private final OptimiserSettings optimiser;
  private final Snapshots snapshots;
  private final Recipe.Every every;
  private final Journal journal;

  Run(
      Task task,
      OptimiserSettings optimiser,
      Snapshots snapshots,
      Recipe.Every every,
      Journal journal) {
    this.task = task;
    this.optimiser = optimiser;
    this.snapshots = snapshots;
    this.every = every;
    this.journal = journal;
  }

  /** Runs to the end, from the last snapshot where there is one. */
  void run() {
    long step = snapshots.restore(task.learner());
    journal.begin(step, task.phases().stream().mapToLong(Phase::steps).sum());
    long first = 0;
    for (int phase = 0; phase < task.phases().size(); phase++) {
      long last = first + task.phases().get(phase).steps();
      if (step < last) {
        enter(phase, step > first);
        for (; step < last; step++) {
          step(phase, step, step - first);
        }
      }
      first = last;
    }
    snapshots.write(step, task.learner());
    journal.plot();
    task.show(step);
  }

  /** A phase that was under way, or that keeps the optimiser, goes on with what it remembers. */
  private void enter(int phase, boolean underWay) {
    if (!underWay && task.phases().get(phase).fresh()) {
      task.learner().forget();
    }
    task.choose(phase);
    task.learner().begin();
  }

  private void step(int phase, long step, long stepOfPhase) {
    Phase of = task.phases().get(phase);
    long start = System.nanoTime();
    double loss = 0;
    for (int part = 0; part < of.accumulation(); part++) {
      double share = 1.0 / of.accumulation();
      loss += share * task.gradients(phase, step, part, share);
    }
    double norm = task.learner().clip(optimiser.clip());
    if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
      throw snapshots.diverged(step, loss, norm, task);
    }
    double rate = of.rate().at(stepOfPhase, of.steps());
    optimiser.step(task.learner(), rate, sinceFresh(phase, stepOfPhase) + 1);
    report(of, step, loss, norm, rate, (System.nanoTime() - start) / 1e9);
  }

  /** Steps that the optimiser remembers. */
  private long sinceFresh(int phase, long stepOfPhase) {
    long steps = stepOfPhase;
    for (int i = phase; i > 0 && !task.phases().get(i).fresh(); i--) {
      steps += task.phases().get(i - 1).steps();
    }
    return steps;
  }

  private void report(Phase of, long step, double loss, double norm, double rate, double seconds) {
    long done = step + 1;
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", done);
    line.put("phase", of.name());
    line.put("loss", loss);
    line.put("norm", norm);
    line.put("rate", rate);
    line.put("seconds", seconds);
    if (done % every.measure() == 0) {
      line.putAll(task.measure());
    }
    journal.write(line);
    if (done % every.snapshot() == 0) {
      snapshots.write(done, task.learner());
    }
    if (done % every.show() == 0) {
      journal.plot();
      task.show(done);
    }
  }
}
