package dev.sanaq.benchmark.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.benchmark.export.GeneratedWeights.Formula;
import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.tensors.AutoencoderTensors;
import dev.sanaq.checkpoint.tensors.TextEncoderTensors;
import dev.sanaq.checkpoint.tensors.TransformerTensors;
import dev.sanaq.checkpoint.write.ConfigWriter;
import dev.sanaq.sana.autoencoder.AutoencoderDC;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.sana.transformer.SanaTransformer;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.script.ScriptSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network to export.
 *
 * @param name unique within the export; part of file names
 * @param kind what it is
 * @param config as diffusers or transformers write it
 * @param source its program, in fp32
 * @param formulas of its weights, unless they are in a file
 * @param memoryPerUnit the estimate that the service plans with, in bytes by precision: per token
 *     and row of the transformer, per pixel of the decoder; empty for the text encoder
 * @param pixelsPerLatent each side; 0 for the text encoder
 * @param sizes one case each: sides of square latents, or numbers of tokens
 */
record ExportedNetwork(
    String name,
    Component kind,
    ObjectNode config,
    ScriptSource source,
    Map<String, Formula> formulas,
    Map<String, Long> memoryPerUnit,
    int pixelsPerLatent,
    List<Integer> sizes) {
  /** A transformer for an autoencoder with so many pixels per latent. */
  static ExportedNetwork transformer(
      String name, TransformerConfig config, boolean clamp, int pixelsPerLatent, Integer... sizes) {
    Map<String, Long> memory = new LinkedHashMap<>();
    precisions().forEach(p -> memory.put(p.label(), SanaTransformer.bytesPerToken(config, p)));
    return new ExportedNetwork(
        name,
        Component.TRANSFORMER,
        ConfigWriter.transformer(config),
        SanaTransformer.scriptSource(config, clamp),
        formulas(Component.TRANSFORMER, TransformerTensors.of(config).shapes()),
        memory,
        pixelsPerLatent,
        List.of(sizes));
  }

  /** The decoder of an autoencoder. */
  static ExportedNetwork decoder(String name, AutoencoderConfig config, Integer... sizes) {
    Map<String, Long> memory = new LinkedHashMap<>();
    precisions().forEach(p -> memory.put(p.label(), AutoencoderDC.bytesPerPixel(config, p)));
    Map<String, long[]> shapes = new LinkedHashMap<>(AutoencoderTensors.of(config).shapes());
    shapes.keySet().removeIf(tensor -> !tensor.startsWith("decoder."));
    return new ExportedNetwork(
        name,
        Component.AUTOENCODER,
        ConfigWriter.autoencoder(config),
        AutoencoderDC.scriptSource(config, Precision.FP32),
        formulas(Component.AUTOENCODER, shapes),
        memory,
        config.spatialCompression(),
        List.of(sizes));
  }

  /** A text encoder. */
  static ExportedNetwork textEncoder(String name, TextEncoderConfig config, Integer... sizes) {
    return new ExportedNetwork(
        name,
        Component.TEXT_ENCODER,
        ConfigWriter.textEncoder(config),
        TextEncoder.scriptSource(config, Precision.FP32),
        formulas(Component.TEXT_ENCODER, TextEncoderTensors.of(config).shapes()),
        Map.of(),
        0,
        List.of(sizes));
  }

  private static Map<String, Formula> formulas(Component kind, Map<String, long[]> shapes) {
    Map<String, Formula> formulas = new LinkedHashMap<>();
    shapes.forEach((tensor, shape) -> formulas.put(tensor, Formula.of(kind, tensor, shape)));
    return formulas;
  }

  private static List<Precision> precisions() {
    return List.of(Precision.FP32, Precision.BF16);
  }
}
