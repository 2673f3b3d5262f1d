package dev.sanaq.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sanaq.sana.checkpoint.AutoencoderConfig;
import dev.sanaq.sana.checkpoint.AutoencoderStage;
import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.checkpoint.Network;
import dev.sanaq.sana.checkpoint.QkNorm;
import dev.sanaq.sana.checkpoint.SchedulerConfig;
import dev.sanaq.sana.checkpoint.StoredTensor;
import dev.sanaq.sana.checkpoint.Tensors;
import dev.sanaq.sana.checkpoint.TextEncoderConfig;
import dev.sanaq.sana.checkpoint.TransformerConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine.Help.Ansi;

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

  /** Aligned lines; labels stand out where the terminal has colours. */
  String text(Ansi ansi) {
    List<String> lines = new ArrayList<>();
    lines.add(bold(ansi, "checkpoint  ") + name);
    lines.add(bold(ansi, "pipeline    ") + pipeline);
    String sides = "%d x %d by default, exact sizes in multiples of %d";
    lines.add(bold(ansi, "picture     ") + sides.formatted(picture, picture, compression));
    lines.add(bold(ansi, "solver      ") + "%s (%s)".formatted(solver, solverSettings));
    lines.add(bold(ansi, "scheduler   ") + scheduler);
    if (trainedInFp16) {
      lines.add(bold(ansi, "trained in  ") + "fp16: self-attention is clipped to its range");
    }
    lines.add("");
    lines.addAll(TextTable.lines(ansi, HEADINGS, rows()));
    return String.join(System.lineSeparator(), lines);
  }

  private static final List<String> HEADINGS =
      List.of("part", "class", "parameters", "precision", "on disk", "files", "variant", "sizes");

  private List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    for (Part part : parts) {
      rows.add(
          List.of(
              part.part(),
              part.className(),
              "%,d".formatted(part.parameters()),
              String.join("+", part.precisions()),
              size(part.bytes()),
              Integer.toString(part.files()),
              variantText(part),
              part.sizes()));
    }
    rows.add(List.of("total", "", "%,d".formatted(parameters), "", size(bytes), "", "", ""));
    return rows;
  }

  private static String variantText(Part part) {
    Set<String> others = new TreeSet<>(part.variantsThere());
    others.remove(part.variant());
    String used = variantName(part.variant());
    return others.isEmpty()
        ? used
        : used
            + others.stream()
                .map(InspectReport::variantName)
                .collect(Collectors.joining(", ", " (also ", ")"));
  }

  private static String variantName(String variant) {
    return variant.isEmpty() ? "none" : variant;
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
          case TRANSFORMER -> sizes(checkpoint.transformer());
          case AUTOENCODER -> sizes(checkpoint.autoencoder());
          case TEXT_ENCODER -> sizes(checkpoint.textEncoder());
        });
  }

  private static String sizes(TransformerConfig c) {
    String sizes =
        "%d layers, width %d, heads %d x %d, cross heads %d x %d, patch %d"
            .formatted(
                c.numLayers(),
                c.width(),
                c.numAttentionHeads(),
                c.attentionHeadDim(),
                c.numCrossAttentionHeads(),
                c.crossAttentionHeadDim(),
                c.patchSize());
    String norm = c.qkNorm() == QkNorm.NONE ? "" : ", QK norm";
    String guidance = c.guidanceEmbeds() ? ", guidance embedding" : "";
    String positions = c.interpolationScale().isPresent() ? ", positional embedding" : "";
    return sizes + norm + guidance + positions;
  }

  private static String sizes(AutoencoderConfig c) {
    String channels =
        c.decoder().stream()
            .map(AutoencoderStage::channels)
            .map(String::valueOf)
            .collect(Collectors.joining("/"));
    return "f%dc%d, decoder channels %s"
        .formatted(c.spatialCompression(), c.latentChannels(), channels);
  }

  private static String sizes(TextEncoderConfig c) {
    return "%d layers, width %d, heads %d (%d) x %d, vocabulary %d"
        .formatted(
            c.numHiddenLayers(),
            c.hiddenSize(),
            c.numAttentionHeads(),
            c.numKeyValueHeads(),
            c.headDim(),
            c.vocabSize());
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

  private static String size(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return (unit == 0 ? "%.0f %s" : "%.1f %s").formatted(value, units[unit]);
  }

  private static String bold(Ansi ansi, String label) {
    return ansi.string("@|bold " + label.strip() + "|@")
        + " ".repeat(label.length() - label.strip().length());
  }
}
