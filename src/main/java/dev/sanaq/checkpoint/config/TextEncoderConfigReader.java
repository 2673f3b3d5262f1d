package dev.sanaq.checkpoint.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.config.TextEncoderConfig.LayerType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;

/** Reads {@code text_encoder/config.json} of several versions of transformers. */
public final class TextEncoderConfigReader {
  private static final Set<String> CLASSES = Set.of("Gemma2Model", "Gemma2ForCausalLM");
  private static final Map<String, LayerType> LAYER_TYPES =
      Map.of(
          "sliding_attention",
          LayerType.SLIDING_ATTENTION,
          "full_attention",
          LayerType.FULL_ATTENTION);

  /** Keys of training, of text generation, and of every transformers config. */
  private static final String[] IGNORED_KEYS = {
    "add_cross_attention",
    "architectures",
    "attention_dropout",
    "bad_words_ids",
    "begin_suppress_tokens",
    "cache_implementation",
    "chunk_size_feed_forward",
    "cross_attention_hidden_size",
    "decoder_start_token_id",
    "diversity_penalty",
    "do_sample",
    "dtype",
    "early_stopping",
    "encoder_no_repeat_ngram_size",
    "exponential_decay_length_penalty",
    "final_logit_softcapping",
    "finetuning_task",
    "forced_bos_token_id",
    "forced_eos_token_id",
    "id2label",
    "initializer_range",
    "label2id",
    "length_penalty",
    "max_length",
    "min_length",
    "no_repeat_ngram_size",
    "num_beam_groups",
    "num_beams",
    "num_return_sequences",
    "output_attentions",
    "output_hidden_states",
    "output_scores",
    "prefix",
    "problem_type",
    "remove_invalid_values",
    "repetition_penalty",
    "return_dict",
    "return_dict_in_generate",
    "sep_token_id",
    "suppress_tokens",
    "task_specific_params",
    "temperature",
    "tf_legacy_loss",
    "tie_encoder_decoder",
    "tie_word_embeddings",
    "tokenizer_class",
    "top_k",
    "top_p",
    "torch_dtype",
    "torchscript",
    "transformers_version",
    "typical_p",
    "use_bfloat16",
    "use_cache"
  };

  private TextEncoderConfigReader() {}

  /**
   * Reads the file.
   *
   * @throws dev.sanaq.checkpoint.CheckpointException with every invalid field
   */
  public static TextEncoderConfig read(Path file) {
    return of(file.toString(), JsonFile.read(file));
  }

  /**
   * Reads a config in the published form.
   *
   * @param file its name in messages
   * @throws dev.sanaq.checkpoint.CheckpointException with every invalid field
   */
  public static TextEncoderConfig of(String file, ObjectNode json) {
    ConfigObjectReader f = new ConfigObjectReader(file, json);
    checkModelType(f);
    int layers = f.integer("num_hidden_layers", 26, 1, 512);
    int heads = f.integer("num_attention_heads", 8, 1, 1024);
    int window = f.integer("sliding_window", 4096, 1, Integer.MAX_VALUE);
    f.requireIfPresent(
        "sliding_window_size", "sliding_window, " + window, v -> v.asInt() == window);
    int vocabulary = f.integer("vocab_size", 256_000, 1, 1 << 24);
    TextEncoderConfig config =
        new TextEncoderConfig(
            vocabulary,
            f.integer("hidden_size", 2304, 1, 1 << 16),
            f.integer("intermediate_size", 9216, 1, 1 << 20),
            layers,
            heads,
            f.integer("num_key_value_heads", 4, 1, 1024),
            f.integer("head_dim", 256, 2, 4096),
            f.integer("max_position_embeddings", 8192, 1, Integer.MAX_VALUE),
            f.number("rms_norm_eps", 1e-6, 0, 1),
            ropeTheta(f),
            f.flag("attention_bias", false),
            f.number("query_pre_attn_scalar", 256, 1e-9, 1e9),
            window,
            f.choices("layer_types", alternatingLayerTypes(layers), LAYER_TYPES, layers),
            f.optionalNumber("attn_logit_softcapping", OptionalDouble.of(50), 1e-9, 1e9),
            f.integer("pad_token_id", 0, 0, vocabulary - 1),
            f.integer("bos_token_id", 2, 0, vocabulary - 1),
            f.integer("eos_token_id", 1, 0, vocabulary - 1));
    checkConsistency(f, config);
    f.ignoreKeys(IGNORED_KEYS);
    f.throwIfInvalid();
    return config;
  }

  private static void checkModelType(ConfigObjectReader f) {
    f.requireIfPresent("model_type", "gemma2", v -> v.asText().equals("gemma2"));
    f.requireIfPresent(
        "architectures",
        "Gemma2Model or Gemma2ForCausalLM",
        v -> v.size() == 1 && CLASSES.contains(v.path(0).asText()));
    for (String key : List.of("hidden_activation", "hidden_act")) {
      String only = "gelu_pytorch_tanh";
      f.requireIfPresent(key, only, v -> v.isNull() || v.asText().equals(only));
    }
    f.requireIfPresent("pruned_heads", "none", JsonNode::isEmpty);
    f.requireIfPresent("rope_scaling", "null", JsonNode::isNull);
    f.requireDisabled("is_encoder_decoder", "is_decoder", "use_bidirectional_attention");
  }

  /** Since transformers 5 the base is in a nested object. */
  private static double ropeTheta(ConfigObjectReader f) {
    double theta = f.number("rope_theta", 10_000, 1, 1e12);
    JsonNode parameters = f.value("rope_parameters");
    if (parameters == null || parameters.isNull()) {
      return theta;
    }
    if (!(parameters instanceof ObjectNode)) {
      f.reject("rope_parameters", "an object with rope_theta", JsonFile.shortened(parameters));
      return theta;
    }
    return f.nested("rope_parameters", TextEncoderConfigReader::ropeParameters, theta);
  }

  private static double ropeParameters(ConfigObjectReader inner) {
    inner.requireIfPresent("rope_type", "default", v -> v.asText().equals("default"));
    return inner.number("rope_theta", 10_000, 1, 1e12);
  }

  private static List<LayerType> alternatingLayerTypes(int layers) {
    return IntStream.range(0, layers)
        .mapToObj(i -> i % 2 == 0 ? LayerType.SLIDING_ATTENTION : LayerType.FULL_ATTENTION)
        .toList();
  }

  private static void checkConsistency(ConfigObjectReader f, TextEncoderConfig config) {
    if (config.numAttentionHeads() % config.numKeyValueHeads() != 0) {
      String what = "a divisor of num_attention_heads = " + config.numAttentionHeads();
      f.reject("num_key_value_heads", what, config.numKeyValueHeads());
    }
    if (config.headDim() % 2 != 0) {
      f.reject("head_dim", "an even number, for rotary positions", config.headDim());
    }
  }
}
