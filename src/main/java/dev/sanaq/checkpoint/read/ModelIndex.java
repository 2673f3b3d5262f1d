package dev.sanaq.checkpoint.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.ProblemCollector;
import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.checkpoint.config.SchedulerConfig;
import dev.sanaq.checkpoint.config.TransformerConfigReader;
import dev.sanaq.sana.solver.GuidanceInterval;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * {@code model_index.json}: the class of the pipeline and of each component.
 *
 * @param pipelineClass the pipeline
 * @param schedulerClass the scheduler's class; its own config must name the same
 * @param guidanceScale the default guidance scale, if present; the key is this project's, and
 *     diffusers ignores keys that begin with an underscore
 * @param guidanceInterval the default guidance interval {@code [start, stop]}, as the scale
 */
public record ModelIndex(
    PipelineClass pipelineClass,
    String schedulerClass,
    OptionalDouble guidanceScale,
    Optional<GuidanceInterval> guidanceInterval) {
  public static final String FILE = "model_index.json";
  public static final String GUIDANCE_SCALE = "_guidance_scale";
  public static final String GUIDANCE_INTERVAL = "_guidance_interval";

  /** Library and classes of each component, by folder. */
  private static final Map<String, Map.Entry<String, Set<String>>> COMPONENTS =
      new TreeMap<>(
          Map.of(
              "transformer", Map.entry("diffusers", Set.of(Component.TRANSFORMER.className())),
              "vae", Map.entry("diffusers", Set.of(Component.AUTOENCODER.className())),
              "text_encoder", Map.entry("transformers", Set.of(Component.TEXT_ENCODER.className())),
              "tokenizer",
                  Map.entry("transformers", Set.of("GemmaTokenizer", "GemmaTokenizerFast")),
              "scheduler",
                  Map.entry(
                      "diffusers",
                      Set.of(
                          SchedulerConfig.DpmSolver.CLASS,
                          SchedulerConfig.FlowEuler.CLASS,
                          SchedulerConfig.Scm.CLASS))));

  /** A part that a checkpoint may have: its ControlNet. */
  private static final String CONTROLNET = "controlnet";

  private static final Map.Entry<String, Set<String>> CONTROLNET_CLASSES =
      Map.entry("diffusers", Set.of(TransformerConfigReader.CONTROLNET_CLASS));

  static ModelIndex read(Path folder) {
    Path file = folder.resolve(FILE);
    return of(file.toString(), JsonFile.read(file));
  }

  static ModelIndex of(String file, ObjectNode json) {
    ProblemCollector problems = new ProblemCollector();
    String className = json.path("_class_name").asText();
    PipelineClass pipeline =
        Arrays.stream(PipelineClass.values())
            .filter(p -> p.className().equals(className))
            .findFirst()
            .orElse(PipelineClass.SANA);
    if (!pipeline.className().equals(className)) {
      String known =
          Arrays.stream(PipelineClass.values())
              .map(PipelineClass::className)
              .collect(Collectors.joining(" or "));
      problems.add(file, "_class_name", known, JsonFile.shortened(json.path("_class_name")));
    }
    COMPONENTS.forEach((part, classes) -> checkComponent(file, json, part, classes, problems));
    if (json.has(CONTROLNET)) {
      checkComponent(file, json, CONTROLNET, CONTROLNET_CLASSES, problems);
    }
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      String key = field.getKey();
      if (!key.equals(CONTROLNET) && !key.startsWith("_") && !COMPONENTS.containsKey(key)) {
        problems.add(
            file, key, "no part but " + COMPONENTS.keySet(), JsonFile.shortened(field.getValue()));
      }
    }
    JsonNode guidance = json.path(GUIDANCE_SCALE);
    if (!guidance.isMissingNode() && !(guidance.isNumber() && isScale(guidance.doubleValue()))) {
      problems.add(file, GUIDANCE_SCALE, "a number from 0", JsonFile.shortened(guidance));
    }
    JsonNode interval = json.path(GUIDANCE_INTERVAL);
    if (!interval.isMissingNode() && !isInterval(interval)) {
      problems.add(
          file,
          GUIDANCE_INTERVAL,
          "[start, stop] with 0 <= start < stop <= 1",
          JsonFile.shortened(interval));
    }
    problems.throwIfAny();
    return new ModelIndex(
        pipeline,
        json.path("scheduler").path(1).asText(),
        guidance.isNumber() ? OptionalDouble.of(guidance.asDouble()) : OptionalDouble.empty(),
        interval.isMissingNode()
            ? Optional.empty()
            : Optional.of(
                new GuidanceInterval(interval.get(0).asDouble(), interval.get(1).asDouble())));
  }

  private static boolean isInterval(JsonNode node) {
    return node.isArray()
        && node.size() == 2
        && node.get(0).isNumber()
        && node.get(1).isNumber()
        && GuidanceInterval.isValid(node.get(0).asDouble(), node.get(1).asDouble());
  }

  private static boolean isScale(double value) {
    return value >= 0 && Float.isFinite((float) value);
  }

  private static void checkComponent(
      String file,
      ObjectNode json,
      String part,
      Map.Entry<String, Set<String>> classes,
      ProblemCollector problems) {
    JsonNode value = json.path(part);
    boolean holds =
        value.isArray()
            && value.size() == 2
            && value.get(0).asText().equals(classes.getKey())
            && value.get(1).isTextual()
            && classes.getValue().contains(value.get(1).asText());
    if (!holds) {
      String names = String.join(" or ", new TreeSet<>(classes.getValue()));
      String found = value.isMissingNode() ? "none" : JsonFile.shortened(value);
      problems.add(file, part, "[%s, %s]".formatted(classes.getKey(), names), found);
    }
  }
}
