package dev.sanaq.cli.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.checkpoint.config.SchedulerConfig;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.StoredTensor;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The result of {@code inspect} for a complete checkpoint; its JSON is what {@code --json} prints.
 *
 * @param name name of the checkpoint's folder
 * @param pipeline class name of the diffusers pipeline
 * @param defaultSize default width and height in pixels
 * @param compression spatial compression of the autoencoder: pixels per latent along a side
 * @param scheduler class name of the scheduler
 * @param solver the solver used for that scheduler
 * @param solverSettings the scheduler's settings, for people
 * @param trainedInFp16 whether self-attention must be clipped to the range of fp16
 * @param components the components
 * @param parameters number of parameters of all components
 * @param bytes size of the tensors of all components
 */
record InspectReport(
    String name,
    String pipeline,
    int defaultSize,
    int compression,
    String scheduler,
    String solver,
    String solverSettings,
    boolean trainedInFp16,
    List<ComponentReport> components,
    long parameters,
    long bytes) {

  /** One component of the checkpoint. */
  record ComponentReport(
      String component,
      @JsonProperty("class") String className,
      long parameters,
      Set<String> precisions,
      long bytes,
      int files,
      String variant,
      Set<String> availableVariants,
      String sizes) {}

  static InspectReport of(Checkpoint checkpoint) {
    List<ComponentReport> components =
        Arrays.stream(Component.values()).map(component -> report(checkpoint, component)).toList();
    return new InspectReport(
        checkpoint.name(),
        checkpoint.pipelineClass().className(),
        checkpoint.defaultSize(),
        checkpoint.autoencoder().spatialCompression(),
        checkpoint.scheduler().className(),
        checkpoint.scheduler().solver().label(),
        describeScheduler(checkpoint.scheduler()),
        checkpoint.trainedInFp16(),
        components,
        components.stream().mapToLong(ComponentReport::parameters).sum(),
        components.stream().mapToLong(ComponentReport::bytes).sum());
  }

  String toJson() {
    try {
      return JsonMapper.builder().build().writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the report cannot be written as JSON", e);
    }
  }

  private static ComponentReport report(Checkpoint checkpoint, Component component) {
    TensorIndex tensors = checkpoint.tensors(component);
    Set<String> precisions =
        tensors.all().stream()
            .map(tensor -> tensor.dtype().name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toCollection(TreeSet::new));
    return new ComponentReport(
        component.folder(),
        component.className(),
        tensors.elements(),
        precisions,
        tensors.bytes(),
        (int) tensors.all().stream().map(StoredTensor::file).distinct().count(),
        checkpoint.variant(component),
        new TreeSet<>(checkpoint.variants(component)),
        switch (component) {
          case TRANSFORMER -> ComponentSizes.describe(checkpoint.transformer());
          case AUTOENCODER -> ComponentSizes.describe(checkpoint.autoencoder());
          case TEXT_ENCODER -> ComponentSizes.describe(checkpoint.textEncoder());
        });
  }

  private static String describeScheduler(SchedulerConfig scheduler) {
    if (scheduler instanceof SchedulerConfig.DpmSolver dpm) {
      return "order %s, flow shift %s".formatted(dpm.solverOrder(), dpm.flowShift());
    }
    if (scheduler instanceof SchedulerConfig.FlowEuler euler) {
      return "flow shift " + euler.shift();
    }
    return "sigma_data " + ((SchedulerConfig.Scm) scheduler).sigmaData();
  }
}
