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
 * What {@code generate} says of its images on standard output.
 *
 * @param images the files and the seeds that draw them again
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

  /** One file. */
  record ImageFile(
      @JsonProperty String file,
      @JsonProperty long seed,
      @JsonProperty int width,
      @JsonProperty int height) {}

  static GenerateReport of(
      OutputFiles files, ModelInfo model, GenerationParams drawing, GenerationResult drawn) {
    List<ImageFile> images = new ArrayList<>();
    for (int i = 0; i < drawn.images().size(); i++) {
      images.add(
          new ImageFile(
              files.file(i).toString(),
              drawing.seed() + i,
              drawn.images().get(i).width(),
              drawn.images().get(i).height()));
    }
    Map<String, Long> timings = new LinkedHashMap<>();
    drawn.timings().forEach((stage, time) -> timings.put(stage, time.toMillis()));
    return new GenerateReport(
        images,
        model.name(),
        drawing.solver().label(),
        drawing.steps(),
        drawing.guidanceScale(),
        model.device(),
        model.precision(),
        timings);
  }

  /** For people: a line a file. */
  String toText() {
    return images.stream()
        .map(p -> "%s  %dx%d  seed %d".formatted(p.file, p.width, p.height, p.seed))
        .collect(Collectors.joining(System.lineSeparator()));
  }

  /** For scripts: one object. */
  String toJson() {
    return new String(Json.write(this), StandardCharsets.UTF_8);
  }
}
