package dev.sanaq.sana.text;

import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.checkpoint.TextEncoderConfig;
import dev.sanaq.sana.checkpoint.TextEncoderConfig.LayerType;
import dev.sanaq.sana.checkpoint.WeightLoader;
import dev.sanaq.torch.Part;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.Program;
import dev.sanaq.torch.Value;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Gemma-2 as a text encoder: a prompt in, the embeddings that the transformer attends to out
 * (paper, section 2.3; diffusers {@code SanaPipeline.encode_prompt}).
 *
 * <p>Padding is never computed: the model is causal and padding comes last. The instruction's keys
 * and values are computed once and kept; so are the embeddings of recent prompts. One caller at a
 * time.
 */
public final class TextEncoder implements AutoCloseable {
  /** Tokens of a prompt that count, and the most that the transformer sees. */
  static final int MAX_TOKENS = 300;

  private static final int CACHED_PROMPTS = 64;

  private final PromptTokenizer tokenizer;
  private final Program program;
  private final int width;
  private final int layers;
  private final boolean sparing;
  private final String instruction = Instruction.text();
  private final long[] instructionIds;
  private final Value nothing;
  private final Value instructionStates;
  private final Map<String, Caption> recent;

  TextEncoder(
      PromptTokenizer tokenizer, Program program, TextEncoderConfig config, boolean sparing) {
    this.tokenizer = tokenizer;
    this.program = program;
    this.width = config.hiddenSize();
    this.layers = config.numHiddenLayers();
    this.sparing = sparing;
    this.instructionIds = tokenizer.encode(instruction);
    this.nothing = program.call("nothing");
    this.instructionStates = states(instructionIds, nothing, 0);
    this.recent = new LinkedHashMap<>(16, 0.75f, true);
  }

  /** Loads tokenizer and weights, and runs the instruction through the model. */
  public static TextEncoder load(Checkpoint checkpoint, Placement placement) {
    return load(checkpoint, placement, false);
  }

  /**
   * As {@link #load(Checkpoint, Placement)}, with one layer's weights in memory at a time, and none
   * between prompts: always on the processor, whose weights stay in their file.
   */
  public static TextEncoder loadSparing(Checkpoint checkpoint, Placement placement) {
    return load(checkpoint, placement.onProcessor(), true);
  }

  private static TextEncoder load(Checkpoint checkpoint, Placement placement, boolean sparing) {
    TextEncoderConfig config = checkpoint.textEncoder();
    PromptTokenizer tokenizer = new PromptTokenizer(checkpoint.tokenizerFile(), config.vocabSize());
    try {
      return new TextEncoder(tokenizer, program(checkpoint, placement), config, sparing);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  static Program program(Checkpoint checkpoint, Placement placement) {
    Program program =
        Program.compile(part(checkpoint.textEncoder(), placement.precision()), placement);
    try {
      if (placement.gpu() >= 0) {
        WeightLoader.load(checkpoint.textEncoderTensors(), program);
        return program;
      }
      WeightLoader.lend(checkpoint.textEncoderTensors(), program);
      if (placement.packsWeights()) {
        program.call("stream_by_onednn").close();
      }
      return program;
    } catch (RuntimeException e) {
      program.close();
      throw e;
    }
  }

  /** The network as a part of a program: to serve, or to learn. */
  public static Part part(TextEncoderConfig config, Precision precision) {
    return new Part(TextEncoder.class, "gemma2", attributes(config, precision));
  }

  private static Map<String, Object> attributes(TextEncoderConfig config, Precision precision) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("layers", config.numHiddenLayers());
    attributes.put("heads", config.numAttentionHeads());
    attributes.put("kv_heads", config.numKeyValueHeads());
    attributes.put("head_dim", config.headDim());
    attributes.put("scale", 1 / Math.sqrt(config.queryPreAttnScalar()));
    attributes.put("soft_cap", config.attnLogitSoftcapping().orElse(0));
    attributes.put("rope_theta", config.ropeTheta());
    attributes.put("eps", config.rmsNormEps());
    attributes.put(
        "windows",
        config.layerTypes().stream()
            .map(type -> type == LayerType.SLIDING_ATTENTION ? config.slidingWindow() : 0)
            .toList());
    attributes.put("compute", precision.scalarType());
    return attributes;
  }

  /**
   * Encodes a prompt.
   *
   * @param withInstruction put the complex human instruction before it
   */
  public Caption encode(String prompt, boolean withInstruction) {
    String text = PromptTokenizer.normalise(prompt);
    String key = (withInstruction ? "+" : "-") + text;
    Caption known = recent.get(key);
    if (known != null) {
      return known;
    }
    Caption caption = encode(text, withInstruction, MAX_TOKENS);
    recent.put(key, caption);
    if (recent.size() > CACHED_PROMPTS) {
      recent.remove(recent.keySet().iterator().next());
    }
    return caption;
  }

  Caption encode(String text, boolean withInstruction, int maxTokens) {
    // The reference pads to this length and then takes token 0 and the last maxTokens - 1.
    int padded = withInstruction ? instructionIds.length + maxTokens - 2 : maxTokens;
    long[] ids = tokenizer.encode(withInstruction ? instruction + text : text, padded);
    float[] hidden = hiddenStates(ids);
    int first = Math.max(1, Math.min(padded - maxTokens + 1, ids.length));
    int tokens = 1 + ids.length - first;
    float[] selected = new float[tokens * width];
    System.arraycopy(hidden, 0, selected, 0, width);
    System.arraycopy(hidden, first * width, selected, width, (tokens - 1) * width);
    return new Caption(selected, tokens, width);
  }

  /** The last hidden state of every token, row by row: what the model answers before selection. */
  float[] hiddenStates(long[] ids) {
    // A word at the seam can merge with the instruction's last token, so compare ids, not texts.
    int differs = Arrays.mismatch(ids, instructionIds);
    int common = differs < 0 ? ids.length - 1 : Math.min(differs, ids.length - 1);
    long[] rest = Arrays.copyOfRange(ids, common, ids.length);
    try (Value states = states(rest, common > 0 ? instructionStates : nothing, common);
        Value hidden = program.call("hidden", states)) {
      return hidden.toFloats();
    }
  }

  private Value states(long[] ids, Value past, int kept) {
    try (Value tokens = Value.longs(ids, ids.length);
        Value count = Value.of((long) kept)) {
      Value found = program.call("begin", tokens);
      try {
        for (int i = 0; i < layers; i++) {
          try (Value layer = Value.of((long) i)) {
            program.call("advance", found, past, count, layer).close();
          }
          giveBack("layers." + i + ".");
        }
        program.call("end", found, past, count).close();
        giveBack("");
        return found;
      } catch (RuntimeException | Error e) {
        found.close();
        throw e;
      }
    }
  }

  private void giveBack(String prefix) {
    if (sparing) {
      program.releaseLent(prefix);
    }
  }

  PromptTokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public void close() {
    instructionStates.close();
    nothing.close();
    program.close();
    tokenizer.close();
  }
}
