package dev.sanaq.gateway.openai;

import dev.sanaq.gateway.upload.MultipartForm;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The fields of a form as the JSON of the same request has them. */
final class OpenAiForm {
  private static final Set<String> FILES = Set.of("image", "image[]", "mask");
  private static final Set<String> NUMBERS =
      Set.of(
          "n",
          "seed",
          "steps",
          "guidance_scale",
          "strength",
          "output_compression",
          "partial_images");

  private OpenAiForm() {}

  /** The texts by name; an empty one is absent. */
  static Map<String, Object> body(MultipartForm form) {
    Map<String, Object> body = new LinkedHashMap<>();
    for (String name : form.names()) {
      String text = FILES.contains(name) ? "" : form.text(name).orElse("");
      if (!text.isEmpty()) {
        body.put(name, value(name, text));
      }
    }
    return body;
  }

  /** A number or a truth value, if the text is one; a wrong one is refused later, by its name. */
  private static Object value(String name, String text) {
    if (NUMBERS.contains(name) && text.matches("-?\\d{1,18}")) {
      return Long.valueOf(text);
    }
    if (name.equals("seed") && text.matches("\\d{19}")) {
      return new BigInteger(text);
    }
    if (NUMBERS.contains(name) && text.matches("-?\\d{1,9}\\.\\d{1,9}")) {
      return Double.valueOf(text);
    }
    return List.of("true", "false").contains(text) && name.equals("stream")
        ? (Object) Boolean.valueOf(text)
        : text;
  }
}
