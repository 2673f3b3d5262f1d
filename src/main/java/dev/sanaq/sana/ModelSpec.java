package dev.sanaq.sana;

import dev.sanaq.checkpoint.config.SchedulerConfig;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.image.AspectBins;
import dev.sanaq.image.ImageSize;
import dev.sanaq.sana.conditioning.ConditioningKey;
import dev.sanaq.sana.conditioning.UnsupportedConditioningException;
import dev.sanaq.sana.lora.LoraInfo;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.sana.solver.Schedule;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.solver.SolverSettings;
import dev.sanaq.sana.solver.SolverStep;
import dev.sanaq.sana.solver.StepCache;
import dev.sanaq.sana.solver.StepCacheSchedule;
import dev.sanaq.torch.DevicePlacement;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The parameters that a checkpoint supports and their defaults: sizes, solvers, guidance.
 * Immutable.
 */
public record ModelSpec(
    TransformerConfig transformer, int compression, SchedulerConfig scheduler, ModelInfo info) {
  private static final double DEFAULT_GUIDANCE_SCALE = 4.5;
  private static final int PUBLISHED_COMPRESSION = 32;

  /** Three planes of floats must fit into one byte array. */
  private static final long MAX_PIXELS = Integer.MAX_VALUE / (3 * Float.BYTES);

  /**
   * The spec of a checkpoint.
   *
   * @param adapters the available LoRA adapters
   * @param controlNets the names of the available ControlNets
   */
  public static ModelSpec of(
      Checkpoint checkpoint,
      List<LoraInfo> adapters,
      Set<String> controlNets,
      DevicePlacement placement) {
    TransformerConfig transformer = checkpoint.transformer();
    int compression = checkpoint.autoencoder().spatialCompression();
    SolverKind solver = checkpoint.scheduler().solver();
    int side = checkpoint.defaultSize();
    ModelInfo info =
        new ModelInfo(
            checkpoint.name(),
            compression,
            side,
            side,
            defaultSteps(solver),
            checkpoint.guidanceScale().orElse(DEFAULT_GUIDANCE_SCALE),
            checkpoint.guidanceInterval().orElse(GuidanceInterval.ALL_STEPS),
            solver,
            solver == SolverKind.SCM
                ? Set.of(SolverKind.SCM)
                : EnumSet.of(SolverKind.FLOW_DPM, SolverKind.FLOW_EULER),
            adapters,
            transformer.guidanceEmbeds() ? List.of() : List.copyOf(controlNets),
            !transformer.guidanceEmbeds(),
            placement.torchDevice(),
            placement.precision().label(),
            checkpoint.stepCache(),
            checkpoint.stepCaches());
    return new ModelSpec(transformer, compression, checkpoint.scheduler(), info);
  }

  private static int defaultSteps(SolverKind solver) {
    return switch (solver) {
      case FLOW_DPM -> 20;
      case FLOW_EULER -> 28;
      case SCM -> 2;
    };
  }

  /**
   * Whether the guidance scale is an input of the network, instead of a second half of the batch.
   */
  boolean embedsGuidance() {
    return transformer.guidanceEmbeds();
  }

  /** Whether there is a row without the prompt: for classifier-free guidance. */
  public boolean hasUnconditionalRow(BatchKey key) {
    return key.guided() && !embedsGuidance();
  }

  /**
   * Rows per image: one with the prompt, after one without it under classifier-free guidance, and
   * before a perturbed one under perturbed-attention guidance.
   */
  public int guidanceRows(BatchKey key) {
    return 1 + (hasUnconditionalRow(key) ? 1 : 0) + (key.conditioning().isPerturbed() ? 1 : 0);
  }

  /**
   * Checks that the model supports a conditioning.
   *
   * @throws UnsupportedConditioningException if it does not
   */
  public void requireSupported(ConditioningKey conditioning) {
    List<Integer> layers = conditioning.pagAppliedLayers();
    if (layers.stream().anyMatch(layer -> layer >= transformer.numLayers())) {
      throw new UnsupportedConditioningException(
          "pag layers %s: this model has the blocks 0 to %s"
              .formatted(layers, transformer.numLayers() - 1));
    }
    if (embedsGuidance() && (conditioning.isPerturbed() || conditioning.controlled())) {
      throw new UnsupportedConditioningException(
          "SANA-Sprint has neither perturbed-attention guidance nor ControlNets");
    }
  }

  /**
   * The solver's steps.
   *
   * @throws IllegalArgumentException if the model does not support the solver or the step count
   */
  public Schedule schedule(BatchKey key) {
    if (!info.solvers().contains(key.solver())) {
      throw new IllegalArgumentException(
          "solver %s does not fit the checkpoint's scheduler; it takes %s"
              .formatted(
                  key.solver().label(),
                  info.solvers().stream().map(SolverKind::label).sorted().toList()));
    }
    return key.solver().schedule(solverSettings(), key.steps(), key.conditioning().firstStep());
  }

  /**
   * The steps of the step cache.
   *
   * @throws IllegalArgumentException if the model does not have the preset for these steps, or the
   *     solver takes no step cache
   */
  public StepCache stepCache(BatchKey key) {
    StepCache cache = key.stepCache();
    if (cache.isNone()) {
      return StepCache.NONE;
    }
    if (key.solver() == SolverKind.SCM) {
      throw new IllegalArgumentException("SANA-Sprint has no step cache: each of its steps counts");
    }
    if (cache.preset().equals(StepCache.CUSTOM)) {
      return cache;
    }
    return info.stepCaches().stream()
        .filter(schedule -> schedule.isFor(cache.preset(), key.solver(), key.steps()))
        .findFirst()
        .map(StepCacheSchedule::cache)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "step cache %s: the model has none for %s steps of %s; sanaq benchmark --tune-cache finds it"
                        .formatted(cache.preset(), key.steps(), key.solver().label())));
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

  /** The network's timestep at each step; Sprint's times are not scaled. */
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
   * The size to generate: the nearest published aspect under resolution binning, else the requested
   * one.
   *
   * @throws UnsupportedSizeException if the model cannot generate it; the message says what it can
   */
  public ImageSize generatedSize(BatchKey key) {
    if ((long) key.width() * key.height() > MAX_PIXELS) {
      throw new UnsupportedSizeException(
          "%s x %s: an image has at most %s pixels"
              .formatted(key.width(), key.height(), MAX_PIXELS));
    }
    return key.resolutionBinning() ? binnedSize(key) : exactSize(key);
  }

  /**
   * The nearest published aspect, rounded down to whole latents as in the reference. For sample
   * sizes without published aspects, which the reference refuses, the training size.
   */
  private ImageSize binnedSize(BatchKey key) {
    ImageSize trained = new ImageSize(info.height(), info.width());
    ImageSize nearest =
        aspectBins(transformer)
            .map(bins -> bins.nearest(key.height(), key.width()))
            .orElse(trained);
    int rows = nearest.height() / compression;
    int columns = nearest.width() / compression;
    int patch = transformer.patchSize();
    if (rows < 1 || columns < 1 || rows % patch != 0 || columns % patch != 0) {
      throw new UnsupportedSizeException(
          "resolution binning: the nearest published aspect, %s, does not divide into patches of %s"
                  .formatted(nearest, compression * patch)
              + " pixels; ask for an exact size without binning");
    }
    return new ImageSize(rows * compression, columns * compression);
  }

  /** As in the reference by the sample size alone: 16 means 512 pixels for every autoencoder. */
  private static Optional<AspectBins> aspectBins(TransformerConfig transformer) {
    return AspectBins.forBase(transformer.sampleSize() * PUBLISHED_COMPRESSION);
  }

  private ImageSize exactSize(BatchKey key) {
    int unit = compression * transformer.patchSize();
    if (key.width() < unit
        || key.height() < unit
        || key.width() % unit != 0
        || key.height() % unit != 0) {
      throw new UnsupportedSizeException(
          "%s x %s: without resolution binning width and height must be multiples of %s"
              .formatted(key.width(), key.height(), unit));
    }
    return new ImageSize(key.height(), key.width());
  }
}
