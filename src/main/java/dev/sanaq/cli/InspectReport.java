package dev.sanaq.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.checkpoint.Network;
import dev.sanaq.sana.checkpoint.SchedulerConfig;
import dev.sanaq.sana.checkpoint.StoredTensor;
import dev.sanaq.sana.checkpoint.Tensors;
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
 * @param picture default side in pixels
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
    int picture,
    int compression,
    String scheduler,
    String solver,
    String solverSettings,
    boolean trainedInFp16,
    List<Part> parts,
    long parameters,
    long bytes) {

  /** One network. */
  record Part(
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
    List<Part> parts =
        Arrays.stream(Network.values()).map(network -> part(checkpoint, network)).toList();
    return new InspectReport(
        checkpoint.name(),
        checkpoint.pipeline().className(),
        checkpoint.defaultSize(),
        checkpoint.autoencoder().spatialCompression(),
        checkpoint.scheduler().className(),
        checkpoint.scheduler().solver().label(),
        settings(checkpoint.scheduler()),
        checkpoint.trainedInFp16(),
        parts,
        parts.stream().mapToLong(Part::parameters).sum(),
        parts.stream().mapToLong(Part::bytes).sum());
  }

  String json() {
    try {
      return JsonMapper.builder().build().writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a report that is no JSON", e);
    }
  }

  private static Part part(Checkpoint checkpoint, Network network) {
    Tensors tensors = checkpoint.tensors(network);
    Set<String> precisions =
        tensors.all().stream()
            .map(tensor -> tensor.type().name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toCollection(TreeSet::new));
    return new Part(
        network.folder(),
        network.className(),
        tensors.elements(),
        precisions,
        tensors.bytes(),
        (int) tensors.all().stream().map(StoredTensor::file).distinct().count(),
        checkpoint.variant(network),
        new TreeSet<>(checkpoint.variants(network)),
        switch (network) {
          case TRANSFORMER -> PartSizes.of(checkpoint.transformer());
          case AUTOENCODER -> PartSizes.of(checkpoint.autoencoder());
          case TEXT_ENCODER -> PartSizes.of(checkpoint.textEncoder());
        });
  }

  private static String settings(SchedulerConfig scheduler) {
    if (scheduler instanceof SchedulerConfig.DpmSolver dpm) {
      return "order %d, flow shift %s".formatted(dpm.solverOrder(), dpm.flowShift());
    }
    if (scheduler instanceof SchedulerConfig.FlowEuler euler) {
      return "flow shift " + euler.shift();
    }
    return "sigma_data " + ((SchedulerConfig.Scm) scheduler).sigmaData();
  }
}
