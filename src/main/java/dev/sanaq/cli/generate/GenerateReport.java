package dev.sanaq.cli.generate;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sanaq.json.Json;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ModelInfo;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The result of {@code generate}, as it is printed to standard output.
 *
 * @param images the files, each with the seed that reproduces it
 * @param timings milliseconds by stage
 */
record GenerateReport(
    @JsonProperty List<ImageFile> images,
    @JsonProperty String model,
    @JsonProperty String solver,
    @JsonProperty int steps,
    @JsonProperty double guidanceScale,
    @JsonProperty String device,
    @JsonProperty String precision,
    @JsonProperty("timingsMs") Map<String, Long> timings) {

  /** One image file. */
  record ImageFile(
      @JsonProperty String file,
      @JsonProperty long seed,
      @JsonProperty int width,
      @JsonProperty int height,
      @JsonProperty @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double score) {
    String toText() {
      String text = "%s  %sx%s  seed %s".formatted(file, width, height, seed);
      return score == null ? text : text + String.format(Locale.ROOT, "  score %.4f", score);
    }
  }

  static GenerateReport of(
      OutputFiles files, ModelInfo model, GenerationParams params, GenerationResult result) {
    List<ImageFile> images = new ArrayList<>();
    for (int i = 0; i < result.images().size(); i++) {
      images.add(
          new ImageFile(
              files.file(i).toString(),
              params.seed() + result.offset(i),
              result.images().get(i).width(),
              result.images().get(i).height(),
              result.score(i).isPresent() ? result.score(i).getAsDouble() : null));
    }
    Map<String, Long> timings = new LinkedHashMap<>();
    result.timings().forEach((stage, time) -> timings.put(stage, time.toMillis()));
    return new GenerateReport(
        images,
        model.name(),
        params.solver().label(),
        params.steps(),
        params.guidanceScale(),
        model.device(),
        model.precision(),
        timings);
  }

  /** For people: one line per file. */
  String toText() {
    return images.stream()
        .map(ImageFile::toText)
        .collect(Collectors.joining(System.lineSeparator()));
  }

  /** For scripts: one object. */
  String toJson() {
    return new String(Json.write(this), StandardCharsets.UTF_8);
  }
}
