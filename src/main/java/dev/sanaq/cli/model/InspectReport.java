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
 * What {@code inspect} says of a whole checkpoint.
 *
 * @param name the folder's name
 * @param pipeline the pipeline's class
 * @param defaultSize default side in pixels
 * @param compression pixels a latent's side stands for
 * @param scheduler the scheduler's class
 * @param solver the solver that this project uses for it
 * @param solverSettings what the scheduler's file sets, in words
 * @param trainedInFp16 whether the transformer's attention must clip as fp16 does
 * @param parts the networks
 * @param parameters of all of them
 * @param bytes of all their tensors
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
    List<ComponentReport> parts,
    long parameters,
    long bytes) {

  /** One network. */
  record ComponentReport(
      String part,
      @JsonProperty("class") String className,
      long parameters,
      Set<String> precisions,
      long bytes,
      int files,
      String variant,
      Set<String> variantsThere,
      String sizes) {}

  static InspectReport of(Checkpoint checkpoint) {
    List<ComponentReport> parts =
        Arrays.stream(Component.values()).map(network -> component(checkpoint, network)).toList();
    return new InspectReport(
        checkpoint.name(),
        checkpoint.pipelineClass().className(),
        checkpoint.defaultSize(),
        checkpoint.autoencoder().spatialCompression(),
        checkpoint.scheduler().className(),
        checkpoint.scheduler().solver().label(),
        describeScheduler(checkpoint.scheduler()),
        checkpoint.trainedInFp16(),
        parts,
        parts.stream().mapToLong(ComponentReport::parameters).sum(),
        parts.stream().mapToLong(ComponentReport::bytes).sum());
  }

  String toJson() {
    try {
      return JsonMapper.builder().build().writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a report that is no JSON", e);
    }
  }

  private static ComponentReport component(Checkpoint checkpoint, Component network) {
    TensorIndex tensors = checkpoint.tensors(network);
    Set<String> precisions =
        tensors.all().stream()
            .map(tensor -> tensor.dtype().name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toCollection(TreeSet::new));
    return new ComponentReport(
        network.folder(),
        network.className(),
        tensors.elements(),
        precisions,
        tensors.bytes(),
        (int) tensors.all().stream().map(StoredTensor::file).distinct().count(),
        checkpoint.variant(network),
        new TreeSet<>(checkpoint.variants(network)),
        switch (network) {
          case TRANSFORMER -> ComponentSizes.describe(checkpoint.transformer());
          case AUTOENCODER -> ComponentSizes.describe(checkpoint.autoencoder());
          case TEXT_ENCODER -> ComponentSizes.describe(checkpoint.textEncoder());
        });
  }

  private static String describeScheduler(SchedulerConfig scheduler) {
    if (scheduler instanceof SchedulerConfig.DpmSolver dpm) {
      return "order %d, flow shift %s".formatted(dpm.solverOrder(), dpm.flowShift());
    }
    if (scheduler instanceof SchedulerConfig.FlowEuler euler) {
      return "flow shift " + euler.shift();
    }
    return "sigma_data " + ((SchedulerConfig.Scm) scheduler).sigmaData();
  }
}
