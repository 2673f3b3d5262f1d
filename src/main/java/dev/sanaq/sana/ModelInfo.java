package dev.sanaq.sana;

import dev.sanaq.sana.lora.LoraInfo;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.solver.StepCache;
import dev.sanaq.sana.solver.StepCacheSchedule;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A loaded model and its default parameters.
 *
 * @param name the checkpoint's folder name
 * @param compression pixels per latent, each side; exact sizes are multiples of it
 * @param width default width in pixels
 * @param height default height in pixels
 * @param steps default steps
 * @param guidanceScale default guidance
 * @param guidanceInterval default steps with guidance
 * @param solver the default solver, that of the checkpoint's scheduler
 * @param solvers the solvers that it supports
 * @param adapters its LoRA adapters, also those that cannot be used
 * @param controlNets the names of its ControlNets, also of those that cannot be used
 * @param perturbedAttention whether it supports perturbed-attention guidance
 * @param device the device, as torch names it
 * @param precision fp32, bf16, fp16, int8, fp8
 * @param stepCache default preset of the step cache, for the steps and solvers that have it
 * @param stepCaches its step caches
 */
public record ModelInfo(
    String name,
    int compression,
    int width,
    int height,
    int steps,
    double guidanceScale,
    GuidanceInterval guidanceInterval,
    SolverKind solver,
    Set<SolverKind> solvers,
    List<LoraInfo> adapters,
    List<String> controlNets,
    boolean perturbedAttention,
    String device,
    String precision,
    String stepCache,
    List<StepCacheSchedule> stepCaches) {
  public ModelInfo {
    adapters = List.copyOf(adapters);
    controlNets = List.copyOf(controlNets);
    stepCaches = List.copyOf(stepCaches);
  }

  /** A model without ControlNets, perturbed-attention guidance and step caches. */
  public ModelInfo(
      String name,
      int compression,
      int width,
      int height,
      int steps,
      double guidanceScale,
      GuidanceInterval guidanceInterval,
      SolverKind solver,
      Set<SolverKind> solvers,
      List<LoraInfo> adapters,
      String device,
      String precision) {
    this(
        name,
        compression,
        width,
        height,
        steps,
        guidanceScale,
        guidanceInterval,
        solver,
        solvers,
        adapters,
        List.of(),
        false,
        device,
        precision,
        StepCache.NO_PRESET,
        List.of());
  }

  /** The adapter of that name. */
  public Optional<LoraInfo> adapter(String name) {
    return adapters.stream().filter(adapter -> adapter.name().equals(name)).findFirst();
  }

  /** Whether it has this preset of the step cache for these steps. */
  public boolean hasStepCache(String preset, SolverKind solver, int steps) {
    return stepCaches.stream().anyMatch(cache -> cache.isFor(preset, solver, steps));
  }
}
