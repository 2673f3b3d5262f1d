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
 * @param fields the fields of the request contract, with the model's name as the client gave it
 * @param inline whether the answer contains the images instead of their URLs
 * @param stream whether the answer is a stream of events
 * @param partialImages the most partial images in the stream
 */
record OpenAiRequest(
    Map<String, Object> fields, boolean inline, boolean stream, int partialImages) {
  /** The size that the server chooses. */
  static final String AUTO = "auto";

  private static final int MAX_PARTIAL_IMAGES = 3;
  private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

  /** Models whose clients read {@code b64_json} and send no {@code response_format}. */
  private static final Pattern INLINE_MODELS = Pattern.compile("(chatgpt|gpt)-image.*");

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
   * @param read the body; of an optional parameter an empty text counts as none
   * @param inlineByDefault whether the answer contains the images if the body does not say
   * @throws ProblemException naming each invalid field
   */
  static OpenAiRequest of(Map<String, Object> read, boolean inlineByDefault) {
    Map<String, Object> body = new LinkedHashMap<>(read);
    body.entrySet().removeIf(e -> "".equals(e.getValue()) && !e.getKey().equals("prompt"));
    List<FieldError> errors = new ArrayList<>();
    Map<String, Object> fields = new LinkedHashMap<>();
    FIELD_NAMES.forEach(
        (openAiName, name) -> {
          if (body.get(openAiName) != null) {
            fields.put(name, body.get(openAiName));
          }
        });
    parseSize(body.get("size"), fields, errors);
    boolean stream = Boolean.TRUE.equals(body.get("stream"));
    requireAllowed(body, errors);
    boolean inline =
        inlineByDefault
            || stream
            || body.get("model") instanceof String model && INLINE_MODELS.matcher(model).matches();
    Object format = body.get("response_format");
    if (format != null) {
      inline = stream || "b64_json".equals(format);
    }
    if (!errors.isEmpty()) {
      throw new ProblemException(Problem.invalidRequest(errors));
    }
    int partialImages =
        stream && body.get("partial_images") instanceof Number number ? number.intValue() : 0;
    if (partialImages > 0) {
      fields.put("previews", true);
    }
    return new OpenAiRequest(fields, inline, stream, partialImages);
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

  /** The problem with OpenAI's names of the fields. */
  static Problem toOpenAiProblem(Problem problem) {
    return new Problem(
        problem.status(),
        problem.code(),
        problem.title(),
        problem.detail(),
        problem.errors().stream().map(OpenAiRequest::toOpenAiError).distinct().toList(),
        problem.headers());
  }

  private static void requireAllowed(Map<String, Object> body, List<FieldError> errors) {
    Object format = body.get("response_format");
    if (format != null && !"b64_json".equals(format) && !"url".equals(format)) {
      errors.add(new FieldError("response_format", SafeText.describe(format), "url, b64_json"));
    }
    Object stream = body.get("stream");
    if (stream != null && !(stream instanceof Boolean)) {
      errors.add(new FieldError("stream", SafeText.describe(stream), "true or false"));
    }
    Object partial = body.get("partial_images");
    boolean validPartial =
        partial == null
            || partial instanceof Number number
                && number.doubleValue() == number.intValue()
                && number.intValue() >= 0
                && number.intValue() <= MAX_PARTIAL_IMAGES;
    if (!validPartial) {
      errors.add(
          new FieldError(
              "partial_images",
              SafeText.describe(partial),
              "a whole number from 0 to " + MAX_PARTIAL_IMAGES));
    }
    if ("transparent".equals(body.get("background"))) {
      errors.add(new FieldError("background", "\"transparent\"", "opaque, auto"));
    }
  }

  private static void parseSize(
      @Nullable Object size, Map<String, Object> fields, List<FieldError> errors) {
    if (size == null || size.equals(AUTO)) {
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
