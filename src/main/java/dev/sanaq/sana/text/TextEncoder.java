package dev.sanaq.sana.text;

import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TextEncoderConfig.LayerType;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.checkpoint.safetensors.WeightLoader;
import dev.sanaq.collection.LruMap;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.script.ScriptSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Gemma-2 as a text encoder: a prompt to the embeddings that the transformer attends to (paper,
 * section 2.3; diffusers {@code SanaPipeline.encode_prompt}).
 *
 * <p>Padding is not computed: the model is causal and padding comes last. The KV cache of the
 * instruction is computed once, and the embeddings of recent prompts are cached. One caller at a
 * time.
 */
public final class TextEncoder implements AutoCloseable {
  /** A prompt is cut to this many tokens, and so is the embedding. */
  static final int MAX_TOKENS = 300;

  private static final int MAX_CACHED_PROMPTS = 64;

  private final PromptTokenizer tokenizer;
  private final ScriptProgram program;
  private final int width;
  private final int layers;
  private final boolean lowMemory;
  private final String instruction = ComplexHumanInstruction.text();
  private final long[] instructionIds;
  private final ScriptValue emptyKvCache;
  private final ScriptValue instructionKvCache;
  private final LruMap<String, PromptEmbeds> promptCache = new LruMap<>(MAX_CACHED_PROMPTS);

  TextEncoder(
      PromptTokenizer tokenizer,
      ScriptProgram program,
      TextEncoderConfig config,
      boolean lowMemory) {
    this(tokenizer, program, config, lowMemory, ids -> Optional.empty());
  }

  /**
   * As the other, with a place on disk for the instruction's KV cache.
   *
   * @param cache for an instruction with these tokens, if there is one
   */
  TextEncoder(
      PromptTokenizer tokenizer,
      ScriptProgram program,
      TextEncoderConfig config,
      boolean lowMemory,
      Function<long[], Optional<InstructionCache>> cache) {
    this.tokenizer = tokenizer;
    this.program = program;
    this.width = config.hiddenSize();
    this.layers = config.numHiddenLayers();
    this.lowMemory = lowMemory;
    this.instructionIds = tokenizer.encode(instruction);
    this.emptyKvCache = program.call("empty_kv_cache");
    this.instructionKvCache = readInstruction(cache.apply(instructionIds));
  }

  private ScriptValue readInstruction(Optional<InstructionCache> cache) {
    return cache
        .flatMap(onDisk -> onDisk.read(program))
        .orElseGet(
            () -> {
              ScriptValue computed = forward(instructionIds, emptyKvCache, 0);
              cache.ifPresent(onDisk -> onDisk.write(program, computed));
              return computed;
            });
  }

  /** Loads tokenizer and weights, and computes the KV cache of the instruction. */
  public static TextEncoder load(Checkpoint checkpoint, DevicePlacement placement) {
    return load(checkpoint, placement, false);
  }

  /**
   * As {@link #load(Checkpoint, DevicePlacement)}, but always on the CPU, from the memory-mapped
   * file: one layer's weights are in memory at a time, and none between prompts.
   */
  public static TextEncoder loadLowMemory(Checkpoint checkpoint, DevicePlacement placement) {
    return load(checkpoint, placement.onCpu(), true);
  }

  private static TextEncoder load(
      Checkpoint checkpoint, DevicePlacement placement, boolean lowMemory) {
    TextEncoderConfig config = checkpoint.textEncoder();
    PromptTokenizer tokenizer = new PromptTokenizer(checkpoint.tokenizerFile(), config.vocabSize());
    try {
      return new TextEncoder(
          tokenizer,
          program(checkpoint, placement),
          config,
          lowMemory,
          ids ->
              InstructionCache.of(
                  checkpoint.textEncoderTensors(),
                  scriptSource(config, placement.precision()),
                  placement,
                  ids));
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  static ScriptProgram program(Checkpoint checkpoint, DevicePlacement placement) {
    return program(checkpoint.textEncoder(), checkpoint.textEncoderTensors(), placement);
  }

  /** The network with its weights. */
  static ScriptProgram program(
      TextEncoderConfig config, TensorIndex tensors, DevicePlacement placement) {
    ScriptProgram program =
        ScriptProgram.compile(scriptSource(config, placement.precision()), placement);
    try {
      if (placement.kernels() == DevicePlacement.Kernels.PLAIN) {
        WeightLoader.load(tensors, program);
        return program;
      }
      WeightLoader.map(tensors, program);
      if (placement.packsWeights()) {
        program.call("use_onednn_streaming").close();
      }
      return program;
    } catch (RuntimeException e) {
      program.close();
      throw e;
    }
  }

  /** The network's source and attributes, for inference or as a part of a training program. */
  public static ScriptSource scriptSource(TextEncoderConfig config, Precision precision) {
    return new ScriptSource(TextEncoder.class, "gemma2", attributes(config, precision));
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
   * Encodes a prompt, or returns its cached embeddings.
   *
   * @param withInstruction put the complex human instruction before the prompt
   * @return at most 300 tokens
   * @throws IllegalArgumentException if the tokenizer gives an id outside the vocabulary
   */
  public PromptEmbeds encode(String prompt, boolean withInstruction) {
    String text = PromptTokenizer.normalise(prompt);
    String key = (withInstruction ? "+" : "-") + text;
    Optional<PromptEmbeds> cached = promptCache.get(key);
    if (cached.isPresent()) {
      return cached.get();
    }
    PromptEmbeds embeds = encode(text, withInstruction, MAX_TOKENS);
    promptCache.put(key, embeds);
    return embeds;
  }

  PromptEmbeds encode(String text, boolean withInstruction, int maxTokens) {
    // The reference pads to this length, then selects token 0 and the last maxTokens - 1.
    int padded = withInstruction ? instructionIds.length + maxTokens - 2 : maxTokens;
    long[] ids = tokenizer.encode(withInstruction ? instruction + text : text, padded);
    float[] hidden = lastHiddenState(ids);
    int first = Math.max(1, Math.min(padded - maxTokens + 1, ids.length));
    int tokens = 1 + ids.length - first;
    float[] selected = new float[tokens * width];
    System.arraycopy(hidden, 0, selected, 0, width);
    System.arraycopy(hidden, first * width, selected, width, (tokens - 1) * width);
    return new PromptEmbeds(selected, tokens, width);
  }

  /** The model's last hidden state of every token, row by row. */
  float[] lastHiddenState(long[] ids) {
    // The prompt's first word can merge with the instruction's last token: compare ids, not texts.
    int mismatch = Arrays.mismatch(ids, instructionIds);
    if (mismatch < 0 || mismatch == ids.length) {
      // The first tokens of the instruction and no more, such as <bos> alone: the empty prompt.
      return firstHiddenStates(ids.length);
    }
    int common = Math.min(mismatch, ids.length - 1);
    long[] rest = Arrays.copyOfRange(ids, common, ids.length);
    try (ScriptValue states =
            forward(rest, common > 0 ? instructionKvCache : emptyKvCache, common);
        ScriptValue hidden = program.call("last_hidden_state", states)) {
      return hidden.toFloats();
    }
  }

  private float[] firstHiddenStates(int tokens) {
    try (ScriptValue count = ScriptValue.of((long) tokens);
        ScriptValue hidden = program.call("first_hidden_states", instructionKvCache, count)) {
      return hidden.toFloats();
    }
  }

  private ScriptValue forward(long[] ids, ScriptValue kvCache, int cachedTokens) {
    try (ScriptValue tokens = ScriptValue.longs(ids, ids.length);
        ScriptValue count = ScriptValue.of((long) cachedTokens)) {
      ScriptValue states = program.call("start_forward", tokens);
      try {
        for (int i = 0; i < layers; i++) {
          try (ScriptValue layer = ScriptValue.of((long) i)) {
            program.call("forward_layer", states, kvCache, count, layer).close();
          }
          releaseWeights("layers." + i + ".");
        }
        program.call("finish_forward", states, kvCache, count).close();
        releaseWeights("");
        return states;
      } catch (RuntimeException | Error e) {
        states.close();
        throw e;
      }
    }
  }

  private void releaseWeights(String prefix) {
    if (lowMemory) {
      program.releaseMapped(prefix);
    }
  }

  PromptTokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public void close() {
    instructionKvCache.close();
    emptyKvCache.close();
    program.close();
    tokenizer.close();
  }
}
