package dev.sanaq.checkpoint.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.ProblemCollector;
import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TextEncoderConfigReader;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.checkpoint.tensors.ExpectedTensors;
import dev.sanaq.checkpoint.tensors.TextEncoderTensors;
import java.nio.file.Path;
import java.util.OptionalDouble;

/**
 * The folder of a Gemma-2 language model as transformers saves {@code Gemma2ForCausalLM}: {@code
 * config.json}, {@code tokenizer.json} and the weights, without a variant or with its only one.
 *
 * @param config the config of its layers
 * @param logitSoftCap logits become {@code cap * tanh(logit / cap)}; empty for no cap
 * @param tensors by the names of {@code Gemma2Model}; the head shares the embedding table
 * @param tokenizerFile {@code tokenizer.json}; its ids are all within the embedding table
 */
public record LanguageModelFolder(
    TextEncoderConfig config,
    OptionalDouble logitSoftCap,
    TensorIndex tensors,
    Path tokenizerFile) {
  private static final String SOFT_CAP = "final_logit_softcapping";
  private static final double DEFAULT_SOFT_CAP = 30;

  /**
   * Opens the folder.
   *
   * @throws CheckpointException with every problem found
   */
  public static LanguageModelFolder open(Path folder) {
    Path configFile = folder.resolve("config.json");
    ObjectNode json = JsonFile.read(configFile);
    TextEncoderConfig config = TextEncoderConfigReader.of(configFile.toString(), json);
    OptionalDouble logitSoftCap = logitSoftCap(configFile, json);
    requireTiedHead(configFile, json);
    WeightFileNames files = WeightFileNames.list(folder, Component.TEXT_ENCODER.fileBase());
    String variant =
        files.hasVariant("") || files.variants().size() != 1
            ? ""
            : files.variants().iterator().next();
    TensorIndex tensors = TextEncoderTensors.stripModelPrefix(WeightsReader.open(files, variant));
    ProblemCollector problems = new ProblemCollector();
    ExpectedTensors expected = TextEncoderTensors.of(config);
    expected.check(tensors, problems);
    Path tokenizerFile = folder.resolve("tokenizer.json");
    problems.collect(() -> TokenizerFileCheck.check(tokenizerFile, config.vocabSize()));
    problems.throwIfAny();
    return new LanguageModelFolder(config, logitSoftCap, tensors, tokenizerFile);
  }

  private static OptionalDouble logitSoftCap(Path file, ObjectNode json) {
    JsonNode cap = json.path(SOFT_CAP);
    if (cap.isMissingNode()) {
      return OptionalDouble.of(DEFAULT_SOFT_CAP);
    }
    if (cap.isNull()) {
      return OptionalDouble.empty();
    }
    if (!cap.isNumber() || !(cap.doubleValue() > 0)) {
      throw new CheckpointException(
          file.toString(), SOFT_CAP, "a number above 0, or null", JsonFile.shortened(cap));
    }
    return OptionalDouble.of(cap.doubleValue());
  }

  private static void requireTiedHead(Path file, ObjectNode json) {
    JsonNode tied = json.path("tie_word_embeddings");
    if (!tied.isMissingNode() && !(tied.isBoolean() && tied.booleanValue())) {
      throw new CheckpointException(
          file.toString(),
          "tie_word_embeddings",
          "true: the head is the embedding table",
          JsonFile.shortened(tied));
    }
  }
}
