package dev.sanaq.gateway.openai;

import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.job.FieldError;
import dev.sanaq.job.validation.SafeText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An image request of OpenAI's API, translated to the request contract. Parameters of OpenAI's own
 * models (quality, style, ...) are ignored, as other compatible servers do; seed, steps,
 * negative_prompt and guidance_scale are additions.
 *
 * @param fields the fields of the request contract
 * @param inline whether the answer contains the images instead of their URLs
 */
record OpenAiRequest(Map<String, Object> fields, boolean inline) {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

  /** OpenAI's field names to the contract's. */
  private static final Map<String, String> FIELD_NAMES =
      Map.of(
          "prompt", "prompt",
          "n", "count",
          "model", "model",
          "output_format", "format",
          "output_compression", "quality",
          "seed", "seed",
          "steps", "steps",
          "negative_prompt", "negativePrompt",
          "guidance_scale", "guidanceScale");

  /**
   * Translates a body. The values of the contract's fields are validated later.
   *
   * @throws ProblemException naming each invalid field
   */
  static OpenAiRequest of(Map<String, Object> body) {
    List<FieldError> errors = new ArrayList<>();
    Map<String, Object> fields = new LinkedHashMap<>();
    FIELD_NAMES.forEach(
        (openAiName, name) -> {
          if (body.get(openAiName) != null) {
            fields.put(name, body.get(openAiName));
          }
        });
    parseSize(body.get("size"), fields, errors);
    Object format = body.getOrDefault("response_format", "url");
    boolean inline = "b64_json".equals(format);
    if (format != null && !inline && !"url".equals(format)) {
      errors.add(new FieldError("response_format", SafeText.describe(format), "url, b64_json"));
    }
    if (!errors.isEmpty()) {
      throw new ProblemException(Problem.invalidRequest(errors));
    }
    return new OpenAiRequest(fields, inline);
  }

  /** The error with OpenAI's name of the field. */
  static FieldError toOpenAiError(FieldError error) {
    if (error.field().equals("width") || error.field().equals("height")) {
      return new FieldError("size", error.found(), error.allowed());
    }
    return FIELD_NAMES.entrySet().stream()
        .filter(name -> name.getValue().equals(error.field()))
        .findFirst()
        .map(name -> new FieldError(name.getKey(), error.found(), error.allowed()))
        .orElse(error);
  }

  private static void parseSize(
      @Nullable Object size, Map<String, Object> fields, List<FieldError> errors) {
    if (size == null || size.equals("auto")) {
      return;
    }
    Matcher matcher = SIZE.matcher(size instanceof String text ? text : "");
    if (matcher.matches()) {
      fields.put("width", Integer.parseInt(matcher.group(1)));
      fields.put("height", Integer.parseInt(matcher.group(2)));
    } else {
      errors.add(
          new FieldError("size", SafeText.describe(size), "WIDTHxHEIGHT in pixels, or auto"));
    }
  }
}
