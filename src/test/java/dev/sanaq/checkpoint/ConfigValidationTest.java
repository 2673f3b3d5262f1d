package dev.sanaq.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.config.AutoencoderConfigReader;
import dev.sanaq.checkpoint.config.SchedulerConfigReader;
import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TextEncoderConfigReader;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.config.TransformerConfigReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A published config with one changed value is rejected, or read as the reference reads it. */
class ConfigValidationTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "_class_name | \"SanaTransformer3D\" | SanaTransformer2DModel",
        "num_layers | 0 | a whole number, 1 to 512",
        "num_layers | 1000000000 | a whole number, 1 to 512",
        "num_layers | 2.0 | a whole number, 1 to 512",
        "num_layers | null | a whole number, 1 to 512",
        "attention_head_dim | \"8\" | a whole number, 1 to 1024",
        "mlp_ratio | NaN | a number, 0.001 to 64.0",
        "mlp_ratio | 1e999 | a number, 0.001 to 64.0",
        "norm_eps | -Infinity | a number, 0.0 to 1.0",
        "attention_bias | 0 | true or false",
        "qk_norm | \"layer_norm\" | one of null, rms_norm_across_heads",
        "cross_attention_dim | 33 | num_attention_heads * attention_head_dim = 32",
        "out_channels | 9 | in_channels or twice that, 8 or 16",
        "patch_size | 64 | at most sample_size = 32",
        "mlp_ratio | 0.01 | at least one hidden channel at width 32",
        "sana_mode | true | no key but "
      })
  void transformerConfig_invalidValue_throws(String key, String value, String expected)
      throws Exception {
    assertRejected("transformer/config.json", key, value, expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "_class_name | \"AutoencoderKL\" | AutoencoderDC",
        "latent_channels | 0 | a whole number, 1 to 4096",
        "latent_channels | 5 | false where 32 channels are no multiple of 5 latent ones",
        "decoder_norm_types | \"batch_norm\" | 6 times rms_norm",
        "decoder_act_fns | [\"silu\"] | 6 times one of gelu, mish, relu, silu, swish",
        "decoder_block_types | \"Block\" | 6 times one of EfficientViTBlock, ResBlock",
        "decoder_conv_act_fn | \"relu6\" | one of gelu, mish, relu, silu, swish",
        "upsample_block_type | \"nearest\" | one of interpolate, pixel_shuffle",
        "encoder_qkv_multiscales | [[],[],[],[5],[5]] | 6 lists of at most 16 whole numbers",
        "encoder_qkv_multiscales | [[],[],[],[4],[5],[5]] | odd kernel sizes",
        "encoder_layers_per_block | [1,1,1] | 6 to 6 whole numbers of 0 to 256",
        "encoder_layers_per_block | [1,1,0,1,1,1] | 0 only for the first stage",
        "encoder_block_out_channels | [8,8,16,24,32,32] | a divisor of 4 * 16 after it",
        "encoder_block_out_channels | [8,8,16,4,16,32] | at least attention_head_dim = 8",
        "scaling_factor | 0 | a number, 1.0E-9 to 1.0E9",
        "shift_factor | 0.1 | no key but "
      })
  void autoencoderConfig_invalidValue_throws(String key, String value, String expected)
      throws Exception {
    assertRejected("vae/config.json", key, value, expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model_type | \"gemma3\" | gemma2",
        "architectures | [\"LlamaModel\"] | Gemma2Model or Gemma2ForCausalLM",
        "hidden_activation | \"silu\" | gelu_pytorch_tanh",
        "num_key_value_heads | 3 | a divisor of num_attention_heads = 4",
        "head_dim | 7 | an even number, for rotary positions",
        "layer_types | [\"full_attention\"] | 3 times one of full_attention, sliding_attention",
        "layer_types | [\"chunked\",\"chunked\",\"chunked\"] | 3 times one of full_attention",
        "pad_token_id | 640 | a whole number, 0 to 639",
        "rope_scaling | {\"type\":\"linear\"} | null",
        "rope_parameters | [] | an object with rope_theta",
        "rope_parameters | 3 | an object with rope_theta",
        "attn_logit_softcapping | 0 | a number, 1.0E-9 to 1.0E9",
        "use_bidirectional_attention | true | false",
        "query_norm | true | no key but "
      })
  void textEncoderConfig_invalidValue_throws(String key, String value, String expected)
      throws Exception {
    assertRejected("text_encoder/config.json", key, value, expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "_class_name | \"DDIMScheduler\" | DPMSolverMultistepScheduler, FlowMatchEuler",
        "algorithm_type | \"sde-dpmsolver++\" | dpmsolver++",
        "solver_type | \"heun\" | midpoint",
        "solver_order | 3 | a whole number, 1 to 2",
        "prediction_type | \"epsilon\" | flow_prediction",
        "use_flow_sigmas | false | true",
        "use_karras_sigmas | true | false",
        "use_beta_sigmas | true | false",
        "use_dynamic_shifting | true | false",
        "thresholding | true | false",
        "final_sigmas_type | \"sigma_min\" | zero",
        "timestep_spacing | \"cosine\" | one of ",
        "flow_shift | 0 | a number, 1.0E-6 to 1000000.0",
        "num_train_timesteps | 1 | a whole number, 2 to 1000000",
        "stretch | 2 | no key but "
      })
  void schedulerConfig_invalidValue_throws(String key, String value, String expected)
      throws Exception {
    assertRejected("scheduler/scheduler_config.json", key, value, expected);
  }

  @Test
  void schedulerConfig_withoutFlowPrediction_throws() {
    ObjectNode json = fixture("scheduler/scheduler_config.json");
    json.remove("prediction_type");
    json.remove("use_flow_sigmas");

    CheckpointException e =
        catchThrowableOfType(CheckpointException.class, () -> SchedulerConfigReader.of("f", json));

    assertThat(e.problems())
        .extracting(CheckpointProblem::key)
        .containsExactly("prediction_type", "use_flow_sigmas");
  }

  @Test
  void config_severalInvalidValues_listsAll() {
    ObjectNode json = fixture("transformer/config.json");
    json.put("num_layers", -1).put("qk_norm", "l2").put("novelty", 1);

    CheckpointException e =
        catchThrowableOfType(
            CheckpointException.class, () -> TransformerConfigReader.of("f", json));

    assertThat(e.problems())
        .extracting(CheckpointProblem::key)
        .containsExactly("num_layers", "qk_norm", "novelty");
  }

  @Test
  void config_absentKeys_useReferenceDefaults() {
    ObjectNode json = JsonFile.MAPPER.createObjectNode();
    json.put("_class_name", "SanaTransformer2DModel");

    TransformerConfig config = TransformerConfigReader.of("f", json);

    assertThat(config.width()).isEqualTo(2240);
    assertThat(config.numLayers()).isEqualTo(20);
    assertThat(config.mlpChannels()).isEqualTo(5600);
    assertThat(config.interpolationScale()).isEmpty();
    assertThat(config.guidanceEmbedsScale()).isEqualTo(0.1);
    assertThat(config.timestepScale()).isEqualTo(1.0);
  }

  @Test
  void transformerConfig_nullOutChannels_equalInChannels() throws JsonProcessingException {
    ObjectNode json = fixture("transformer/config.json");
    json.putNull("out_channels");

    assertThat(TransformerConfigReader.of("f", json).outChannels()).isEqualTo(8);
  }

  @Test
  void textEncoderConfig_ropeParameters_readsTheta() throws JsonProcessingException {
    ObjectNode json = fixture("text_encoder/config.json");
    json.remove("rope_theta");
    json.putObject("rope_parameters").put("rope_type", "default").put("rope_theta", 5000.0);
    json.put("torch_dtype", "bfloat16").putNull("attn_logit_softcapping").remove("layer_types");

    TextEncoderConfig config = TextEncoderConfigReader.of("f", json);

    assertThat(config.ropeTheta()).isEqualTo(5000);
    assertThat(config.attnLogitSoftcapping()).isEmpty();
    assertThat(config.layerTypes())
        .containsExactly(
            TextEncoderConfig.LayerType.SLIDING_ATTENTION,
            TextEncoderConfig.LayerType.FULL_ATTENTION,
            TextEncoderConfig.LayerType.SLIDING_ATTENTION);
  }

  @Test
  void textEncoderConfig_unknownRopeType_throws() {
    ObjectNode json = fixture("text_encoder/config.json");
    json.putObject("rope_parameters").put("rope_type", "yarn");

    CheckpointException e =
        catchThrowableOfType(
            CheckpointException.class, () -> TextEncoderConfigReader.of("f", json));

    assertThat(e.file()).isEqualTo("f: rope_parameters");
    assertThat(e.key()).isEqualTo("rope_type");
  }

  private static void assertRejected(String file, String key, String value, String expected)
      throws JsonProcessingException {
    ObjectNode json = fixture(file);
    json.set(key, JsonFile.MAPPER.readTree(value));

    CheckpointException e = catchThrowableOfType(CheckpointException.class, () -> read(file, json));

    assertThat(e).as("refusal").isNotNull();
    assertThat(e.file()).isEqualTo(file);
    assertThat(e.expected()).startsWith(expected);
    assertThat(e.getMessage()).startsWith(file + ": ").contains("found ");
  }

  private static Object read(String file, ObjectNode json) {
    return switch (file) {
      case "transformer/config.json" -> TransformerConfigReader.of(file, json);
      case "vae/config.json" -> AutoencoderConfigReader.of(file, json);
      case "text_encoder/config.json" -> TextEncoderConfigReader.of(file, json);
      default -> SchedulerConfigReader.of(file, json);
    };
  }

  private static ObjectNode fixture(String file) {
    return JsonFile.read(CheckpointFixtures.checkpoint("tiny-sana").resolve(file));
  }
}
