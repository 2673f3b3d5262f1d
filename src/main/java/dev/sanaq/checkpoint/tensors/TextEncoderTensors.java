package dev.sanaq.checkpoint.tensors;

import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.safetensors.StoredTensor;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The tensors of {@code Gemma2Model} (transformers 4.57.3, {@code
 * models/gemma2/modeling_gemma2.py}).
 */
public final class TextEncoderTensors {
  private static final String MODEL_PREFIX = "model.";
  private static final String LM_HEAD = "lm_head.weight";

  private TextEncoderTensors() {}

  /** The tensors that the config requires. */
  public static ExpectedTensors of(TextEncoderConfig c) {
    ExpectedTensors t = new ExpectedTensors();
    t.tensor("embed_tokens.weight", c.vocabSize(), c.hiddenSize());
    for (int i = 0; i < c.numHiddenLayers(); i++) {
      layer(t, "layers." + i, c);
    }
    t.tensor("norm.weight", c.hiddenSize());
    return t;
  }

  /**
   * Renames tensors to {@code Gemma2Model}'s names: saved from {@code Gemma2ForCausalLM} they begin
   * with "model.", and may include the language model head.
   */
  public static TensorIndex stripModelPrefix(TensorIndex tensors) {
    if (tensors.names().stream().noneMatch(name -> name.startsWith(MODEL_PREFIX))) {
      return tensors;
    }
    Map<String, StoredTensor> renamed = new LinkedHashMap<>();
    for (StoredTensor tensor : tensors.all()) {
      if (tensor.name().startsWith(MODEL_PREFIX)) {
        StoredTensor stripped = tensor.withName(tensor.name().substring(MODEL_PREFIX.length()));
        renamed.put(stripped.name(), stripped);
      } else if (!tensor.name().equals(LM_HEAD)) {
        renamed.put(tensor.name(), tensor);
      }
    }
    return new TensorIndex(tensors.source(), renamed);
  }

  private static void layer(ExpectedTensors t, String prefix, TextEncoderConfig c) {
    long queries = (long) c.numAttentionHeads() * c.headDim();
    long keys = (long) c.numKeyValueHeads() * c.headDim();
    projection(t, prefix + ".self_attn.q_proj", c.hiddenSize(), queries, c);
    projection(t, prefix + ".self_attn.k_proj", c.hiddenSize(), keys, c);
    projection(t, prefix + ".self_attn.v_proj", c.hiddenSize(), keys, c);
    projection(t, prefix + ".self_attn.o_proj", queries, c.hiddenSize(), c);
    t.linearWithoutBias(prefix + ".mlp.gate_proj", c.hiddenSize(), c.intermediateSize());
    t.linearWithoutBias(prefix + ".mlp.up_proj", c.hiddenSize(), c.intermediateSize());
    t.linearWithoutBias(prefix + ".mlp.down_proj", c.intermediateSize(), c.hiddenSize());
    t.tensor(prefix + ".input_layernorm.weight", c.hiddenSize());
    t.tensor(prefix + ".post_attention_layernorm.weight", c.hiddenSize());
    t.tensor(prefix + ".pre_feedforward_layernorm.weight", c.hiddenSize());
    t.tensor(prefix + ".post_feedforward_layernorm.weight", c.hiddenSize());
  }

  private static void projection(
      ExpectedTensors t, String prefix, long in, long out, TextEncoderConfig c) {
    t.linearWithoutBias(prefix, in, out);
    if (c.attentionBias()) {
      t.tensor(prefix + ".bias", out);
    }
  }
}
