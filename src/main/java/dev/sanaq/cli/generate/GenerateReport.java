package dev.sanaq.cli.generate;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sanaq.json.Json;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ModelInfo;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

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
      @JsonProperty int height) {}

  static GenerateReport of(
      OutputFiles files, ModelInfo model, GenerationParams params, GenerationResult result) {
    List<ImageFile> images = new ArrayList<>();
    for (int i = 0; i < result.images().size(); i++) {
      images.add(
          new ImageFile(
              files.file(i).toString(),
              params.seed() + i,
              result.images().get(i).width(),
              result.images().get(i).height()));
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
        .map(f -> "%s  %sx%s  seed %s".formatted(f.file, f.width, f.height, f.seed))
        .collect(Collectors.joining(System.lineSeparator()));
  }

  /** For scripts: one object. */
  String toJson() {
    return new String(Json.write(this), StandardCharsets.UTF_8);
  }
}
