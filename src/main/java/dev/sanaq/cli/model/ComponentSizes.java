package dev.sanaq.cli.model;

import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.AutoencoderStage;
import dev.sanaq.checkpoint.config.QkNorm;
import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TransformerConfig;
import java.util.stream.Collectors;

/** Describes the main dimensions of a network in one line. */
final class ComponentSizes {
  private ComponentSizes() {}

  static String describe(TransformerConfig c) {
    String sizes =
        "%s layers, width %s, heads %s x %s, cross heads %s x %s, patch %s"
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

  static String describe(AutoencoderConfig c) {
    String channels =
        c.decoder().stream()
            .map(AutoencoderStage::channels)
            .map(String::valueOf)
            .collect(Collectors.joining("/"));
    return "f%sc%s, decoder channels %s"
        .formatted(c.spatialCompression(), c.latentChannels(), channels);
  }

  static String describe(TextEncoderConfig c) {
    return "%s layers, width %s, heads %s (%s) x %s, vocabulary %s"
        .formatted(
            c.numHiddenLayers(),
            c.hiddenSize(),
            c.numAttentionHeads(),
            c.numKeyValueHeads(),
            c.headDim(),
            c.vocabSize());
  }
}
