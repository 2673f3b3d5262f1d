package dev.sanaq.sana;

import dev.sanaq.json.Json;
import dev.sanaq.sana.conditioning.Conditioning;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.solver.GuidanceInterval;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The metadata texts of an image file, from which the image can be generated again. {@link
 * #PARAMETERS} is the form of AUTOMATIC1111's web UI ({@code modules/processing.py}, {@code
 * create_infotext}), which many programs read; {@link #REQUEST} is a request of this project.
 * Neither identifies the caller.
 */
public final class ImageMetadata {
  /** The keyword of the text in AUTOMATIC1111's form. */
  public static final String PARAMETERS = "parameters";

  /** The keyword of the request (see the job contract) that generates this one image. */
  public static final String REQUEST = "sanaq";

  private static final int SHORT_HASH_LENGTH = 10;

  private ImageMetadata() {}

  /**
   * The texts by keyword.
   *
   * @param model the model's name
   * @param index of the image among those of the parameters, from 0; of a candidate that was kept,
   *     its offset
   */
  public static Map<String, String> of(GenerationParams params, String model, int index) {
    return Map.of(
        PARAMETERS, parameters(params, model, index), REQUEST, request(params, model, index));
  }

  private static String parameters(GenerationParams params, String model, int index) {
    StringBuilder text = new StringBuilder(params.prompt());
    for (LoraWeight adapter : params.adapters()) {
      text.append(" <lora:%s:%s>".formatted(adapter.shortName(), adapter.scale()));
    }
    text.append('\n');
    if (!params.negativePrompt().isEmpty()) {
      text.append("Negative prompt: ").append(params.negativePrompt()).append('\n');
    }
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("Steps", params.steps());
    settings.put("Sampler", params.solver().label());
    settings.put("CFG scale", params.guidanceScale());
    settings.put("Seed", params.seed() + index);
    settings.put("Size", params.width() + "x" + params.height());
    params
        .conditioning()
        .source()
        .ifPresent(source -> settings.put("Denoising strength", source.strength()));
    settings.put("Model", quoted(model));
    if (!params.adapters().isEmpty()) {
      settings.put("Hashes", json(shortHashes(params.adapters())));
    }
    settings.put("Version", "sanaq");
    String separator = "";
    for (Map.Entry<String, Object> setting : settings.entrySet()) {
      text.append(separator).append(setting.getKey()).append(": ").append(setting.getValue());
      separator = ", ";
    }
    return text.toString();
  }

  /** As AUTOMATIC1111's extensions write hashes of resources. */
  private static Map<String, Object> shortHashes(List<LoraWeight> adapters) {
    Map<String, Object> hashes = new LinkedHashMap<>();
    for (LoraWeight adapter : adapters) {
      String hash = adapter.sha256();
      hashes.put(
          "lora:" + adapter.shortName(),
          hash.substring(0, Math.min(SHORT_HASH_LENGTH, hash.length())));
    }
    return hashes;
  }

  private static Map<String, Object> item(LoraWeight adapter) {
    Map<String, Object> item = new LinkedHashMap<>();
    adapter
        .source()
        .ifPresentOrElse(
            source -> item.put("uri", source.uri()), () -> item.put("name", adapter.shortName()));
    item.put("scale", adapter.scale());
    if (!adapter.sha256().isEmpty()) {
      item.put("sha256", adapter.sha256());
    }
    return item;
  }

  private static String request(GenerationParams params, String model, int index) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("prompt", params.prompt());
    request.put("negativePrompt", params.negativePrompt());
    request.put("width", params.width());
    request.put("height", params.height());
    request.put("steps", params.steps());
    request.put("guidanceScale", params.guidanceScale());
    GuidanceInterval guided = params.guidanceInterval();
    request.put("guidanceInterval", List.of(guided.start(), guided.stop()));
    if (!params.stepCache().isNone()) {
      request.put("stepCache", params.stepCache().preset());
    }
    request.put("seed", params.seed() + index);
    request.put("solver", params.solver().label());
    request.put("resolutionBinning", params.resolutionBinning());
    request.put("model", model);
    if (!params.adapters().isEmpty()) {
      request.put("adapters", params.adapters().stream().map(ImageMetadata::item).toList());
    }
    // No fields of a request; they keep the text from passing for a request of the same image.
    if (!params.instruction()) {
      request.put("instruction", false);
    }
    if (!params.conditioning().equals(Conditioning.NONE)) {
      request.put("conditioning", true);
    }
    return json(request);
  }

  // As AUTOMATIC1111 quotes values with separators.
  private static String quoted(String value) {
    return value.matches("[^,:\n]*") ? value : json(value);
  }

  private static String json(Object value) {
    return new String(Json.write(value), StandardCharsets.UTF_8);
  }
}
