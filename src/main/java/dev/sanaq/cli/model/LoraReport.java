package dev.sanaq.cli.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sanaq.checkpoint.lora.LoraFile;
import dev.sanaq.checkpoint.lora.LoraLayer;
import dev.sanaq.cli.terminal.TextTable;
import dev.sanaq.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Help.Ansi;

/**
 * The result of {@code inspect --lora} for a file that fits the checkpoint; its JSON is what {@code
 * --json} prints.
 *
 * @param file the adapter's file
 * @param kind LoRA or DoRA
 * @param naming the convention of the tensors' names
 * @param precisions types of its tensors
 * @param sha256 of the file
 * @param parameters number of parameters of all layers
 * @param layers the layers that it changes
 */
record LoraReport(
    @JsonProperty String file,
    @JsonProperty String kind,
    @JsonProperty String naming,
    @JsonProperty Set<String> precisions,
    @JsonProperty String sha256,
    @JsonProperty long parameters,
    @JsonProperty List<LayerReport> layers) {

  /** One layer: its product is scaled by {@code scale}. */
  record LayerReport(
      @JsonProperty String layer,
      @JsonProperty int rank,
      @JsonProperty double alpha,
      @JsonProperty double scale,
      @JsonProperty boolean bias,
      @JsonProperty boolean magnitude) {}

  static LoraReport of(Path file, LoraFile lora) {
    List<LayerReport> layers = new ArrayList<>();
    lora.layers()
        .forEach(
            (name, layer) ->
                layers.add(
                    new LayerReport(
                        name,
                        layer.rank(),
                        layer.alpha(),
                        layer.scale(),
                        layer.bias().isPresent(),
                        layer.magnitude().isPresent())));
    return new LoraReport(
        file.toString(),
        lora.isDora() ? "DoRA" : "LoRA",
        lora.naming(),
        lora.dtypes(),
        lora.sha256(),
        lora.layers().values().stream().mapToLong(LoraLayer::elements).sum(),
        layers);
  }

  String toJson() {
    return new String(Json.write(this), StandardCharsets.UTF_8);
  }

  /** Aligned lines, with bold labels if the terminal supports colours. */
  String toText(Ansi ansi) {
    List<String> lines = new ArrayList<>();
    lines.add(line(ansi, "adapter   ", "%s (%s)".formatted(file, kind)));
    lines.add(line(ansi, "naming    ", naming));
    lines.add(line(ansi, "precision ", String.join("+", precisions).toLowerCase(Locale.ROOT)));
    lines.add(line(ansi, "parameters", String.format(Locale.ROOT, "%,d", parameters)));
    lines.add(line(ansi, "sha256    ", sha256));
    lines.add("");
    List<List<String>> rows = new ArrayList<>();
    for (LayerReport layer : layers) {
      rows.add(
          List.of(
              layer.layer,
              Integer.toString(layer.rank),
              Double.toString(layer.alpha),
              String.format(Locale.ROOT, "%.4f", layer.scale),
              (layer.bias ? "bias " : "") + (layer.magnitude ? "magnitude" : "")));
    }
    lines.addAll(TextTable.format(ansi, List.of("layer", "rank", "alpha", "scale", "with"), rows));
    return String.join(System.lineSeparator(), lines);
  }

  private static String line(Ansi ansi, String label, String value) {
    String padding = " ".repeat(label.length() - label.strip().length() + 2);
    return ansi.string("@|bold " + label.strip() + "|@") + padding + value;
  }
}
