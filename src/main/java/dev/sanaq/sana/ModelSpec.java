package dev.sanaq.sana;

import dev.sanaq.image.AspectBins;
import dev.sanaq.image.Size;
import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.checkpoint.SchedulerConfig;
import dev.sanaq.sana.checkpoint.TransformerConfig;
import dev.sanaq.sana.solver.Schedule;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.solver.SolverSettings;
import dev.sanaq.sana.solver.SolverStep;
import dev.sanaq.torch.Placement;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What a checkpoint says of how it is drawn with: sizes, solvers, guidance, defaults. */
record ModelSpec(
    TransformerConfig transformer, int compression, SchedulerConfig scheduler, ModelInfo info) {
  private static final double GUIDANCE_SCALE = 4.5;
  private static final int PUBLISHED_COMPRESSION = 32;

  /** Beyond it three planes of floats are no longer one array of bytes. */
  private static final long MOST_PIXELS = Integer.MAX_VALUE / (3 * Float.BYTES);

  static ModelSpec of(Checkpoint checkpoint, Set<String> adapters, Placement placement) {
    TransformerConfig transformer = checkpoint.transformer();
    int compression = checkpoint.autoencoder().spatialCompression();
    SolverKind solver = kind(checkpoint.scheduler());
    int side = checkpoint.defaultSize();
    ModelInfo info =
        new ModelInfo(
            checkpoint.name(),
            compression,
            side,
            side,
            steps(solver),
            checkpoint.guidanceScale().orElse(GUIDANCE_SCALE),
            solver,
            solver == SolverKind.SCM
                ? Set.of(SolverKind.SCM)
                : EnumSet.of(SolverKind.FLOW_DPM, SolverKind.FLOW_EULER),
            adapters,
            placement.torchDevice(),
            placement.precision().label());
    return new ModelSpec(transformer, compression, checkpoint.scheduler(), info);
  }

  private static SolverKind kind(SchedulerConfig scheduler) {
    if (scheduler instanceof SchedulerConfig.DpmSolver) {
      return SolverKind.FLOW_DPM;
    }
    return scheduler instanceof SchedulerConfig.FlowEuler ? SolverKind.FLOW_EULER : SolverKind.SCM;
  }

  private static int steps(SolverKind solver) {
    return switch (solver) {
      case FLOW_DPM -> 20;
      case FLOW_EULER -> 28;
      case SCM -> 2;
    };
  }

  /**
   * Whether guidance goes into the network as a number rather than as a second half of the batch.
   */
  boolean embedsGuidance() {
    return transformer.guidanceEmbeds();
  }

  /** Rows a picture: classifier-free guidance takes two, without the prompt and with it. */
  int halves(Shape shape) {
    return shape.guided() && !embedsGuidance() ? 2 : 1;
  }

  Schedule schedule(Shape shape) {
    if (!info.solvers().contains(shape.solver())) {
      throw new IllegalArgumentException(
          "solver %s does not fit the checkpoint's scheduler; it takes %s"
              .formatted(
                  shape.solver().label(),
                  info.solvers().stream().map(SolverKind::label).sorted().toList()));
    }
    return Schedule.of(shape.solver(), settings(), shape.steps());
  }

  private SolverSettings settings() {
    SolverSettings published =
        SolverSettings.PUBLISHED.withNumTrainTimesteps(scheduler.numTrainTimesteps());
    if (scheduler instanceof SchedulerConfig.DpmSolver dpm) {
      return published.withFlowShift(dpm.flowShift()).withSolverOrder(dpm.solverOrder());
    }
    if (scheduler instanceof SchedulerConfig.FlowEuler euler) {
      return published.withFlowShift(euler.shift());
    }
    return published.withSigmaData(((SchedulerConfig.Scm) scheduler).sigmaData());
  }

  /** What the network is told of each step; Sprint's times are not scaled. */
  float[] timesteps(Schedule schedule, SolverKind solver) {
    double scale = solver == SolverKind.SCM ? 1 : transformer.timestepScale();
    float[] timesteps = new float[schedule.steps().size()];
    for (int i = 0; i < timesteps.length; i++) {
      SolverStep step = schedule.steps().get(i);
      timesteps[i] = (float) (step.modelTimestep() * scale);
    }
    return timesteps;
  }

  /**
   * The size that is drawn: the nearest published aspect, or what was asked for.
   *
   * @throws UnsupportedSizeException naming what can be drawn
   */
  Size drawnSize(Shape shape) {
    if ((long) shape.width() * shape.height() > MOST_PIXELS) {
      throw new UnsupportedSizeException(
          "%d x %d: a picture has at most %d pixels"
              .formatted(shape.width(), shape.height(), MOST_PIXELS));
    }
    return shape.resolutionBinning() ? binned(shape) : exact(shape);
  }

  /**
   * The nearest aspect, or what whole latents give of it: as the reference, rounded down. Where no
   * aspects are published for the sample size, which the reference refuses, the size that it was
   * trained on.
   */
  private Size binned(Shape shape) {
    Size trained = new Size(info.height(), info.width());
    Size nearest =
        bins(transformer)
            .map(aspects -> aspects.nearest(shape.height(), shape.width()))
            .orElse(trained);
    int rows = nearest.height() / compression;
    int columns = nearest.width() / compression;
    int patch = transformer.patchSize();
    if (rows < 1 || columns < 1 || rows % patch != 0 || columns % patch != 0) {
      throw new UnsupportedSizeException(
          "resolution binning: the nearest published aspect, %s, does not divide into patches of %d"
                  .formatted(nearest, compression * patch)
              + " pixels; ask for an exact size without binning");
    }
    return new Size(rows * compression, columns * compression);
  }

  /**
   * As the reference, by the latents' side alone: 16 is for 512 pixels, whatever the autoencoder.
   */
  private static Optional<AspectBins> bins(TransformerConfig transformer) {
    return AspectBins.forBase(transformer.sampleSize() * PUBLISHED_COMPRESSION);
  }

  private Size exact(Shape shape) {
    int unit = compression * transformer.patchSize();
    if (shape.width() < unit
        || shape.height() < unit
        || shape.width() % unit != 0
        || shape.height() % unit != 0) {
      throw new UnsupportedSizeException(
          "%d x %d: without resolution binning width and height must be multiples of %d"
              .formatted(shape.width(), shape.height(), unit));
    }
    return new Size(shape.height(), shape.width());
  }
}
