package dev.sanaq.sana.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * {@code model_index.json}: which pipeline a checkpoint is and which class each part.
 *
 * @param pipeline the pipeline
 * @param schedulerClass the scheduler's class, which its own config names too
 * @param guidanceScale what it draws best with, where it says so; the key is this project's, and
 *     diffusers passes over what begins with an underscore
 */
record ModelIndex(Pipeline pipeline, String schedulerClass, OptionalDouble guidanceScale) {
  static final String FILE = "model_index.json";
  static final String GUIDANCE_SCALE = "_guidance_scale";

  /** Library and classes of each part, by folder. */
  private static final Map<String, Map.Entry<String, Set<String>>> PARTS =
      new TreeMap<>(
          Map.of(
              "transformer", Map.entry("diffusers", Set.of(Network.TRANSFORMER.className())),
              "vae", Map.entry("diffusers", Set.of(Network.AUTOENCODER.className())),
              "text_encoder", Map.entry("transformers", Set.of(Network.TEXT_ENCODER.className())),
              "tokenizer",
                  Map.entry("transformers", Set.of("GemmaTokenizer", "GemmaTokenizerFast")),
              "scheduler",
                  Map.entry(
                      "diffusers",
                      Set.of(
                          SchedulerConfig.DpmSolver.CLASS,
                          SchedulerConfig.FlowEuler.CLASS,
                          SchedulerConfig.Scm.CLASS))));

  static ModelIndex read(Path folder) {
    Path file = folder.resolve(FILE);
    return of(file.toString(), JsonFile.read(file));
  }

  static ModelIndex of(String file, ObjectNode json) {
    Problems problems = new Problems();
    String className = json.path("_class_name").asText();
    Pipeline pipeline =
        Arrays.stream(Pipeline.values())
            .filter(p -> p.className().equals(className))
            .findFirst()
            .orElse(Pipeline.SANA);
    if (!pipeline.className().equals(className)) {
      String known =
          Arrays.stream(Pipeline.values())
              .map(Pipeline::className)
              .collect(Collectors.joining(" or "));
      problems.add(file, "_class_name", known, JsonFile.kind(json.path("_class_name")));
    }
    PARTS.forEach((part, classes) -> checkPart(file, json, part, classes, problems));
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      String key = field.getKey();
      if (!key.startsWith("_") && !PARTS.containsKey(key)) {
        problems.add(file, key, "no part but " + PARTS.keySet(), JsonFile.kind(field.getValue()));
      }
    }
    problems.refuseAny();
    JsonNode guidance = json.path(GUIDANCE_SCALE);
    return new ModelIndex(
        pipeline,
        json.path("scheduler").path(1).asText(),
        guidance.isNumber() ? OptionalDouble.of(guidance.asDouble()) : OptionalDouble.empty());
  }

  private static void checkPart(
      String file,
      ObjectNode json,
      String part,
      Map.Entry<String, Set<String>> classes,
      Problems problems) {
    JsonNode value = json.path(part);
    boolean holds =
        value.isArray()
            && value.size() == 2
            && value.get(0).asText().equals(classes.getKey())
            && value.get(1).isTextual()
            && classes.getValue().contains(value.get(1).asText());
    if (!holds) {
      String names = String.join(" or ", new TreeSet<>(classes.getValue()));
      String found = value.isMissingNode() ? "none" : JsonFile.kind(value);
      problems.add(file, part, "[%s, %s]".formatted(classes.getKey(), names), found);
    }
  }
}
