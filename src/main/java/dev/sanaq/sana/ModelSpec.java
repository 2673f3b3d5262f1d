package dev.sanaq.sana;

import dev.sanaq.checkpoint.config.SchedulerConfig;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.image.AspectBins;
import dev.sanaq.image.ImageSize;
import dev.sanaq.sana.solver.Schedule;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.solver.SolverSettings;
import dev.sanaq.sana.solver.SolverStep;
import dev.sanaq.torch.DevicePlacement;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What a checkpoint says of how it is drawn with: sizes, solvers, guidance, defaults. */
public record ModelSpec(
    TransformerConfig transformer, int compression, SchedulerConfig scheduler, ModelInfo info) {
  private static final double DEFAULT_GUIDANCE_SCALE = 4.5;
  private static final int PUBLISHED_COMPRESSION = 32;

  /** Beyond it three planes of floats are no longer one array of bytes. */
  private static final long MAX_PIXELS = Integer.MAX_VALUE / (3 * Float.BYTES);

  public static ModelSpec of(
      Checkpoint checkpoint, Set<String> adapters, DevicePlacement placement) {
    TransformerConfig transformer = checkpoint.transformer();
    int compression = checkpoint.autoencoder().spatialCompression();
    SolverKind solver = solverKind(checkpoint.scheduler());
    int side = checkpoint.defaultSize();
    ModelInfo info =
        new ModelInfo(
            checkpoint.name(),
            compression,
            side,
            side,
            defaultSteps(solver),
            checkpoint.guidanceScale().orElse(DEFAULT_GUIDANCE_SCALE),
            solver,
            solver == SolverKind.SCM
                ? Set.of(SolverKind.SCM)
                : EnumSet.of(SolverKind.FLOW_DPM, SolverKind.FLOW_EULER),
            adapters,
            placement.torchDevice(),
            placement.precision().label());
    return new ModelSpec(transformer, compression, checkpoint.scheduler(), info);
  }

  private static SolverKind solverKind(SchedulerConfig scheduler) {
    if (scheduler instanceof SchedulerConfig.DpmSolver) {
      return SolverKind.FLOW_DPM;
    }
    return scheduler instanceof SchedulerConfig.FlowEuler ? SolverKind.FLOW_EULER : SolverKind.SCM;
  }

  private static int defaultSteps(SolverKind solver) {
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

  /** Rows an image: classifier-free guidance takes two, without the prompt and with it. */
  public int guidanceRows(BatchKey shape) {
    return shape.guided() && !embedsGuidance() ? 2 : 1;
  }

  public Schedule schedule(BatchKey shape) {
    if (!info.solvers().contains(shape.solver())) {
      throw new IllegalArgumentException(
          "solver %s does not fit the checkpoint's scheduler; it takes %s"
              .formatted(
                  shape.solver().label(),
                  info.solvers().stream().map(SolverKind::label).sorted().toList()));
    }
    return shape.solver().schedule(solverSettings(), shape.steps());
  }

  private SolverSettings solverSettings() {
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
  public float[] timesteps(Schedule schedule, SolverKind solver) {
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
  public ImageSize generatedSize(BatchKey shape) {
    if ((long) shape.width() * shape.height() > MAX_PIXELS) {
      throw new UnsupportedSizeException(
          "%d x %d: an image has at most %d pixels"
              .formatted(shape.width(), shape.height(), MAX_PIXELS));
    }
    return shape.resolutionBinning() ? binnedSize(shape) : exactSize(shape);
  }

  /**
   * The nearest aspect, or what whole latents give of it: as the reference, rounded down. Where no
   * aspects are published for the sample size, which the reference refuses, the size that it was
   * trained on.
   */
  private ImageSize binnedSize(BatchKey shape) {
    ImageSize trained = new ImageSize(info.height(), info.width());
    ImageSize nearest =
        aspectBins(transformer)
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
    return new ImageSize(rows * compression, columns * compression);
  }

  /**
   * As the reference, by the latents' side alone: 16 is for 512 pixels, whatever the autoencoder.
   */
  private static Optional<AspectBins> aspectBins(TransformerConfig transformer) {
    return AspectBins.forBase(transformer.sampleSize() * PUBLISHED_COMPRESSION);
  }

  private ImageSize exactSize(BatchKey shape) {
    int unit = compression * transformer.patchSize();
    if (shape.width() < unit
        || shape.height() < unit
        || shape.width() % unit != 0
        || shape.height() % unit != 0) {
      throw new UnsupportedSizeException(
          "%d x %d: without resolution binning width and height must be multiples of %d"
              .formatted(shape.width(), shape.height(), unit));
    }
    return new ImageSize(shape.height(), shape.width());
  }
}
