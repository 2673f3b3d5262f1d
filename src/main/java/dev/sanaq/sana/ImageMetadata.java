package dev.sanaq.sana;

import dev.sanaq.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an image's file says of how it was drawn, so that it can be drawn again: {@link #PARAMETERS}
 * for people and for the many programs that read what AUTOMATIC1111's web UI writes there ({@code
 * modules/processing.py}, {@code create_infotext}), {@link #REQUEST} for this one. Nothing of who
 * asked, or for what.
 */
public final class ImageMetadata {
  /** The keyword of the text in AUTOMATIC1111's form. */
  public static final String PARAMETERS = "parameters";

  /** The keyword of the request, as the job contract has it, that draws this one image. */
  public static final String REQUEST = "sanaq";

  private ImageMetadata() {}

  /**
   * The texts by keyword.
   *
   * @param model the model's name
   * @param index which of the drawing's images
   */
  public static Map<String, String> of(GenerationParams drawing, String model, int index) {
    return Map.of(
        PARAMETERS, parameters(drawing, model, index), REQUEST, request(drawing, model, index));
  }

  private static String parameters(GenerationParams drawing, String model, int index) {
    StringBuilder text = new StringBuilder(drawing.prompt()).append('\n');
    if (!drawing.negativePrompt().isEmpty()) {
      text.append("Negative prompt: ").append(drawing.negativePrompt()).append('\n');
    }
    Map<String, Object> said = new LinkedHashMap<>();
    said.put("Steps", drawing.steps());
    said.put("Sampler", drawing.solver().label());
    said.put("CFG scale", drawing.guidanceScale());
    said.put("Seed", drawing.seed() + index);
    said.put("Size", drawing.width() + "x" + drawing.height());
    said.put("Model", quoted(model));
    said.put("Version", "sanaq");
    String separator = "";
    for (Map.Entry<String, Object> one : said.entrySet()) {
      text.append(separator).append(one.getKey()).append(": ").append(one.getValue());
      separator = ", ";
    }
    return text.toString();
  }

  private static String request(GenerationParams drawing, String model, int index) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("prompt", drawing.prompt());
    request.put("negativePrompt", drawing.negativePrompt());
    request.put("width", drawing.width());
    request.put("height", drawing.height());
    request.put("steps", drawing.steps());
    request.put("guidanceScale", drawing.guidanceScale());
    request.put("seed", drawing.seed() + index);
    request.put("solver", drawing.solver().label());
    request.put("resolutionBinning", drawing.resolutionBinning());
    request.put("model", model);
    if (!drawing.instruction()) {
      // No request can say so, and none that is drawn otherwise must pass for this one.
      request.put("instruction", false);
    }
    return json(request);
  }

  // As that program quotes what would otherwise end a value.
  private static String quoted(String value) {
    return value.matches("[^,:\n]*") ? value : json(value);
  }

  private static String json(Object value) {
    return new String(Json.write(value), StandardCharsets.UTF_8);
  }
}
