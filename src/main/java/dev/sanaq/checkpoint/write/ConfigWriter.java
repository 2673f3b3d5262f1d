package dev.sanaq.checkpoint.write;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.AutoencoderConfig.Downsample;
import dev.sanaq.checkpoint.config.AutoencoderConfig.Upsample;
import dev.sanaq.checkpoint.config.AutoencoderStage;
import dev.sanaq.checkpoint.config.AutoencoderStage.Block;
import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.checkpoint.config.QkNorm;
import dev.sanaq.checkpoint.config.SchedulerConfig;
import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.config.TransformerConfigReader;
import dev.sanaq.checkpoint.read.PipelineClass;
import java.util.List;
import java.util.Locale;

/** Converts configs to the JSON of diffusers and transformers. Stateless. */
public final class ConfigWriter {
  private ConfigWriter() {}

  public static ObjectNode modelIndex(TransformerConfig transformer, SchedulerConfig scheduler) {
    boolean sprint = transformer.guidanceEmbeds();
    ObjectNode json =
        withClassName((sprint ? PipelineClass.SANA_SPRINT : PipelineClass.SANA).className());
    json.putArray("scheduler").add("diffusers").add(scheduler.className());
    json.putArray("text_encoder").add("transformers").add(Component.TEXT_ENCODER.className());
    json.putArray("tokenizer").add("transformers").add("GemmaTokenizerFast");
    json.putArray("transformer").add("diffusers").add(Component.TRANSFORMER.className());
    json.putArray("vae").add("diffusers").add(Component.AUTOENCODER.className());
    return json;
  }

  public static ObjectNode transformer(TransformerConfig c) {
    ObjectNode json = withClassName(Component.TRANSFORMER.className());
    json.put("in_channels", c.inChannels()).put("out_channels", c.outChannels());
    json.put("num_attention_heads", c.numAttentionHeads());
    json.put("attention_head_dim", c.attentionHeadDim());
    json.put("num_layers", c.numLayers());
    json.put("num_cross_attention_heads", c.numCrossAttentionHeads());
    json.put("cross_attention_head_dim", c.crossAttentionHeadDim());
    json.put("cross_attention_dim", c.crossAttentionDim());
    json.put("caption_channels", c.captionChannels());
    json.put("mlp_ratio", c.mlpRatio()).put("dropout", c.dropout());
    json.put("attention_bias", c.attentionBias());
    json.put("sample_size", c.sampleSize()).put("patch_size", c.patchSize());
    json.put("norm_elementwise_affine", c.normElementwiseAffine()).put("norm_eps", c.normEps());
    json.putNull("interpolation_scale");
    c.interpolationScale().ifPresent(scale -> json.put("interpolation_scale", scale));
    json.put("guidance_embeds", c.guidanceEmbeds());
    json.put("guidance_embeds_scale", c.guidanceEmbedsScale());
    json.put("qk_norm", c.qkNorm() == QkNorm.NONE ? null : lower(c.qkNorm()));
    return json.put("timestep_scale", c.timestepScale());
  }

  /** Without what diffusers' {@code SanaControlNetModel} does not have. */
  public static ObjectNode controlNet(TransformerConfig c) {
    ObjectNode json = transformer(c).put("_class_name", TransformerConfigReader.CONTROLNET_CLASS);
    return json.remove(
        List.of("guidance_embeds", "guidance_embeds_scale", "qk_norm", "timestep_scale"));
  }

  public static ObjectNode autoencoder(AutoencoderConfig c) {
    ObjectNode json = withClassName(Component.AUTOENCODER.className());
    json.put("in_channels", c.inChannels()).put("latent_channels", c.latentChannels());
    json.put("attention_head_dim", c.attentionHeadDim());
    stages(json, "encoder", c.encoder());
    stages(json, "decoder", c.decoder());
    ArrayNode activations = json.putArray("decoder_act_fns");
    c.decoder().forEach(stage -> activations.add(lower(stage.activation())));
    json.put("decoder_norm_types", "rms_norm");
    json.put("decoder_conv_act_fn", lower(c.decoderConvActivation()));
    json.put("encoder_out_shortcut", c.encoderOutShortcut());
    json.put("decoder_in_shortcut", c.decoderInShortcut());
    boolean interpolate = c.upsample() == Upsample.INTERPOLATE;
    json.put("upsample_block_type", interpolate ? "interpolate" : "pixel_shuffle");
    boolean strided = c.downsample() == Downsample.CONV;
    json.put("downsample_block_type", strided ? "Conv" : "pixel_unshuffle");
    return json.put("scaling_factor", c.scalingFactor());
  }

  private static void stages(ObjectNode json, String side, List<AutoencoderStage> stages) {
    ArrayNode types = json.putArray(side + "_block_types");
    ArrayNode channels = json.putArray(side + "_block_out_channels");
    ArrayNode layers = json.putArray(side + "_layers_per_block");
    ArrayNode scales = json.putArray(side + "_qkv_multiscales");
    for (AutoencoderStage stage : stages) {
      types.add(stage.block() == Block.RES_BLOCK ? "ResBlock" : "EfficientViTBlock");
      channels.add(stage.channels());
      layers.add(stage.layers());
      ArrayNode kernels = scales.addArray();
      stage.scales().forEach(kernels::add);
    }
  }

  public static ObjectNode textEncoder(TextEncoderConfig c) {
    ObjectNode json = JsonFile.MAPPER.createObjectNode();
    json.putArray("architectures").add("Gemma2Model");
    json.put("model_type", "gemma2").put("hidden_activation", "gelu_pytorch_tanh");
    json.put("vocab_size", c.vocabSize()).put("hidden_size", c.hiddenSize());
    json.put("intermediate_size", c.intermediateSize());
    json.put("num_hidden_layers", c.numHiddenLayers());
    json.put("num_attention_heads", c.numAttentionHeads());
    json.put("num_key_value_heads", c.numKeyValueHeads()).put("head_dim", c.headDim());
    json.put("max_position_embeddings", c.maxPositionEmbeddings());
    json.put("rms_norm_eps", c.rmsNormEps()).put("rope_theta", c.ropeTheta());
    json.put("attention_bias", c.attentionBias());
    json.put("query_pre_attn_scalar", c.queryPreAttnScalar());
    json.put("sliding_window", c.slidingWindow());
    ArrayNode layers = json.putArray("layer_types");
    c.layerTypes().forEach(layer -> layers.add(lower(layer)));
    json.putNull("attn_logit_softcapping");
    c.attnLogitSoftcapping().ifPresent(cap -> json.put("attn_logit_softcapping", cap));
    json.put("pad_token_id", c.padTokenId()).put("bos_token_id", c.bosTokenId());
    return json.put("eos_token_id", c.eosTokenId()).put("dtype", "float32");
  }

  public static ObjectNode scheduler(SchedulerConfig c) {
    ObjectNode json = withClassName(c.className());
    json.put("num_train_timesteps", c.numTrainTimesteps());
    if (c instanceof SchedulerConfig.DpmSolver dpm) {
      json.put("algorithm_type", "dpmsolver++").put("solver_type", "midpoint");
      json.put("solver_order", dpm.solverOrder()).put("flow_shift", dpm.flowShift());
      json.put("prediction_type", "flow_prediction").put("use_flow_sigmas", true);
      json.put("final_sigmas_type", "zero").put("lower_order_final", dpm.lowerOrderFinal());
      return json.put("euler_at_final", dpm.eulerAtFinal());
    }
    if (c instanceof SchedulerConfig.FlowEuler euler) {
      return json.put("shift", euler.shift());
    }
    SchedulerConfig.Scm scm = (SchedulerConfig.Scm) c;
    return json.put("prediction_type", "trigflow").put("sigma_data", scm.sigmaData());
  }

  private static ObjectNode withClassName(String name) {
    return JsonFile.MAPPER.createObjectNode().put("_class_name", name);
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
