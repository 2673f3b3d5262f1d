package dev.sanaq.sana.transformer;

import dev.sanaq.checkpoint.config.QkNorm;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.checkpoint.safetensors.WeightLoader;
import dev.sanaq.sana.text.PromptEmbeds;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.script.ScriptSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The linear diffusion transformer (paper, section 2.2; diffusers {@code SanaTransformer2DModel}).
 * {@link #encodePrompt}, {@link #timeModulation} and {@link #positionalEmbedding} compute once what
 * does not change between steps. One caller at a time, who closes every returned value.
 */
public final class SanaTransformer implements AutoCloseable {
  /**
   * The tokens of a 1024-pixel image under guidance. On a CPU more are not faster: a block's
   * intermediate results would no longer fit into the caches.
   */
  private static final int TOKENS_PER_CHUNK = 2048;

  /**
   * Peak memory of Mix-FFN, the widest part of a block, in units of a token's width: the expanded
   * tokens, their convolution and its workspace, and the residual stream.
   */
  private static final int LIVE_WIDTHS_PER_TOKEN = 24;

  private final ScriptProgram program;
  private final TransformerConfig config;
  private final AdapterSets adapterSets;

  private SanaTransformer(ScriptProgram program, TransformerConfig config) {
    this.program = program;
    this.config = config;
    this.adapterSets = new AdapterSets(program);
  }

  /** Loads the weights. On a CPU they are packed for its kernels; on a GPU quantized if need be. */
  public static SanaTransformer load(Checkpoint checkpoint, DevicePlacement placement) {
    return load(checkpoint, placement, TOKENS_PER_CHUNK);
  }

  /** As {@link #load(Checkpoint, DevicePlacement)}, with another chunk size on a CPU. */
  static SanaTransformer load(
      Checkpoint checkpoint, DevicePlacement placement, int tokensPerChunk) {
    return load(
        checkpoint.transformer(),
        clamps(checkpoint, placement),
        placement,
        program ->
            TransformerKernels.load(
                checkpoint.transformerTensors(),
                program,
                checkpoint.transformer().numLayers(),
                tokensPerChunk));
  }

  /**
   * Loads the part of a ControlNet that is a transformer's: embeddings and blocks.
   *
   * @param clamp whether self-attention clips its output to fp16's range
   */
  static SanaTransformer loadControlNet(
      TransformerConfig config, TensorIndex tensors, boolean clamp, DevicePlacement placement) {
    return load(
        config,
        clamp,
        placement,
        program -> TransformerKernels.load(tensors, program, config.numLayers(), TOKENS_PER_CHUNK));
  }

  /** Loads plain weights, as a GPU has them. On a CPU they are slower than packed ones. */
  static SanaTransformer loadPlain(Checkpoint checkpoint, DevicePlacement placement) {
    return load(
        checkpoint.transformer(),
        clamps(checkpoint, placement),
        placement,
        program -> WeightLoader.load(checkpoint.transformerTensors(), program));
  }

  private static boolean clamps(Checkpoint checkpoint, DevicePlacement placement) {
    return placement.precision() == Precision.FP16 || checkpoint.trainedInFp16();
  }

  private static SanaTransformer load(
      TransformerConfig config,
      boolean clamp,
      DevicePlacement placement,
      Consumer<ScriptProgram> weights) {
    ScriptProgram program = ScriptProgram.compile(scriptSource(config, clamp), placement);
    try {
      weights.accept(program);
      return new SanaTransformer(program, config);
    } catch (RuntimeException e) {
      program.close();
      throw e;
    }
  }

  /**
   * The network's source and attributes, for inference or as a part of a training program.
   *
   * @param clamp whether self-attention clips its output to fp16's range
   */
  public static ScriptSource scriptSource(TransformerConfig config, boolean clamp) {
    return new ScriptSource(SanaTransformer.class, "transformer", attributes(config, clamp));
  }

  private static Map<String, Object> attributes(TransformerConfig config, boolean clamp) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("adapters", Map.of());
    attributes.put("staged", Map.of());
    attributes.put("runs", List.of());
    attributes.put("perturbed_layers", List.of());
    attributes.put("first_perturbed", Integer.MAX_VALUE); // no row
    attributes.put("layers", config.numLayers());
    attributes.put("heads", config.numAttentionHeads());
    attributes.put("cross_heads", config.numCrossAttentionHeads());
    attributes.put("patch", config.patchSize());
    attributes.put("out_channels", config.outChannels());
    attributes.put("norm_eps", config.normEps());
    attributes.put("qk_norm", config.qkNorm() != QkNorm.NONE);
    attributes.put("guidance_embeds", config.guidanceEmbeds());
    attributes.put("clamp", clamp);
    attributes.put("base_size", config.sampleSize() / config.patchSize());
    attributes.put("interpolation_scale", config.interpolationScale().orElse(0));
    return attributes;
  }

  /** An estimate of the peak memory of a step, in bytes per token of each row. */
  public static long bytesPerToken(TransformerConfig config, Precision precision) {
    return (long) precision.bytes() * LIVE_WIDTHS_PER_TOKEN * config.width();
  }

  /** Drops adapters from memory that were not used for longest. Call it between batches. */
  public void trimAdapters() {
    adapterSets.trim();
  }

  /**
   * The id of a set of adapters, for the rows that it applies to. Loads the adapters unless they
   * are in memory; if that fails, nothing of them stays. Their products are computed beside those
   * of the weights (LoRA, arXiv 2106.09685), which stay as they are.
   *
   * @param adapters in the order in which they apply; empty for none
   * @throws dev.sanaq.checkpoint.CheckpointException if a file has changed since it was opened
   * @throws IllegalArgumentException if a number exceeds the range of the precision
   */
  public long adapterSet(List<ScaledAdapter> adapters) {
    return adapterSets.id(adapters);
  }

  /**
   * Projects the prompts, and computes each block's keys and values.
   *
   * @param prompts one per row of the batch, of any lengths
   * @param adapterSets of each row, from {@link #adapterSet}
   * @return an opaque value for {@link #forward}
   */
  public ScriptValue encodePrompt(List<PromptEmbeds> prompts, long... adapterSets) {
    int longest = prompts.stream().mapToInt(PromptEmbeds::tokens).max().orElseThrow();
    int width = prompts.get(0).width();
    float[] padded = new float[prompts.size() * longest * width];
    long[] lengths = new long[prompts.size()];
    for (int i = 0; i < prompts.size(); i++) {
      PromptEmbeds prompt = prompts.get(i);
      lengths[i] = prompt.tokens();
      System.arraycopy(
          prompt.embeddings(), 0, padded, i * longest * width, prompt.tokens() * width);
    }
    try (ScriptValue host = ScriptValue.floats(padded, prompts.size(), longest, width)) {
      return encodePrompt(host, lengths, adapterSets);
    }
  }

  /** The result of {@link #encodePrompt} reduced to these rows. */
  public ScriptValue selectPromptRows(ScriptValue prompts, long[] rows) {
    try (ScriptValue index = ScriptValue.longs(rows, rows.length)) {
      return program.call("select_prompt_rows", prompts, index);
    }
  }

  /**
   * The rows with the prompt of a result of {@link #encodePrompt} for guidance: all groups but the
   * first, without a copy. For a step without classifier-free guidance.
   *
   * @param groups rows per image
   */
  public ScriptValue conditionalRows(ScriptValue prompts, int groups) {
    try (ScriptValue count = ScriptValue.of((long) groups)) {
      return program.call("conditional_rows", prompts, count);
    }
  }

  ScriptValue encodePrompt(ScriptValue embeddings, long[] lengths, long... adapterSets) {
    try (ScriptValue counts = ScriptValue.list(lengths);
        ScriptValue sets = ScriptValue.list(activeSets(adapterSets))) {
      return program.call("encode_prompt", embeddings, counts, sets);
    }
  }

  /**
   * Computes AdaLN-single's modulation for all steps.
   *
   * @param timesteps one per step, or one per step and row
   * @param rows the number of timesteps per step: 1, or the batch's rows
   * @param guidance one scale per row, for checkpoints with embedded guidance; otherwise ignored
   * @param adapterSets of each row, from {@link #adapterSet}
   * @return an opaque value for {@link #forward}
   */
  public ScriptValue timeModulation(
      float[] timesteps, int rows, float[] guidance, long... adapterSets) {
    float[] scaled = new float[guidance.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = guidance[i] * (float) config.guidanceEmbedsScale();
    }
    return timeModulationScaled(timesteps, rows, scaled, adapterSets);
  }

  /** The result of {@link #timeModulation} reduced to these rows. */
  public ScriptValue selectModulationRows(ScriptValue modulation, long[] rows) {
    try (ScriptValue index = ScriptValue.longs(rows, rows.length)) {
      return program.call("select_modulation_rows", modulation, index);
    }
  }

  ScriptValue timeModulationScaled(
      float[] timesteps, int rows, float[] guidance, long... adapterSets) {
    try (ScriptValue sets = ScriptValue.list(activeSets(adapterSets));
        ScriptValue t = ScriptValue.floats(timesteps, timesteps.length / rows, rows);
        ScriptValue g = ScriptValue.floats(guidance, guidance.length)) {
      return program.call("time_modulation", t, g, sets);
    }
  }

  /** Without any adapter the scripts take an empty list. */
  private static long[] activeSets(long[] sets) {
    return Arrays.stream(sets).anyMatch(set -> set != AdapterSets.NONE) ? sets : new long[0];
  }

  /** The positional embedding of a latent size; empty for checkpoints without one. */
  public ScriptValue positionalEmbedding(int latentHeight, int latentWidth) {
    try (ScriptValue height = ScriptValue.of((long) (latentHeight / config.patchSize()));
        ScriptValue width = ScriptValue.of((long) (latentWidth / config.patchSize()))) {
      return program.call("positional_embedding", height, width);
    }
  }

  /**
   * Evaluates the network once.
   *
   * @param latents (B, C, H, W)
   * @param scale multiplies the latents
   * @param modulation from {@link #timeModulation}
   * @param step index into the modulation's steps
   * @param positions from {@link #positionalEmbedding}
   * @param prompts from {@link #encodePrompt}: B rows, or 2 B under guidance, without the prompt
   *     first
   * @return (rows, out channels, H, W)
   */
  public ScriptValue forward(
      ScriptValue latents,
      double scale,
      ScriptValue modulation,
      int step,
      ScriptValue positions,
      ScriptValue prompts) {
    try (ScriptValue factor = ScriptValue.of(scale);
        ScriptValue index = ScriptValue.of((long) step)) {
      return program.call("forward", latents, factor, modulation, index, positions, prompts);
    }
  }

  /** The outputs of no ControlNet, for {@link #forward}. */
  public ScriptValue noControl() {
    return program.call("no_control");
  }

  /**
   * As {@link #forward(ScriptValue, double, ScriptValue, int, ScriptValue, ScriptValue)}, with a
   * ControlNet and perturbed attention.
   *
   * @param control from {@link SanaControlNet#forward} or {@link #noControl}
   * @param perturbedLayers blocks whose self-attention is the identity for the last B rows
   */
  public ScriptValue forward(
      ScriptValue latents,
      double scale,
      ScriptValue modulation,
      int step,
      ScriptValue positions,
      ScriptValue prompts,
      ScriptValue control,
      long... perturbedLayers) {
    try (ScriptValue factor = ScriptValue.of(scale);
        ScriptValue index = ScriptValue.of((long) step);
        ScriptValue layers = ScriptValue.list(perturbedLayers)) {
      return program.call(
          "forward_conditioned",
          latents,
          factor,
          modulation,
          index,
          positions,
          prompts,
          control,
          layers);
    }
  }

  ScriptProgram program() {
    return program;
  }

  @Override
  public void close() {
    program.close();
  }
}
