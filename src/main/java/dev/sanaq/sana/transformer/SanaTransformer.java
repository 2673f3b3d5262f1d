package dev.sanaq.sana.transformer;

import dev.sanaq.checkpoint.config.QkNorm;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.lora.LoraFile;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.WeightLoader;
import dev.sanaq.sana.text.PromptEmbeds;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.host.CpuFeatures;
import dev.sanaq.torch.script.ScriptSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The linear diffusion transformer (paper, section 2.2; diffusers {@code SanaTransformer2DModel}).
 * What does not change from step to step is asked for once: {@link #encodePrompt}, {@link
 * #timeModulation}, {@link #positionalEmbedding}. One caller at a time; every returned value is the
 * caller's to close.
 */
public final class SanaTransformer implements AutoCloseable {
  /**
   * An image of 1024 pixels under guidance. More brings no speed on a processor: what lies between
   * a block's products would only outgrow its caches.
   */
  private static final int TOKENS_PER_CHUNK = 2048;

  private final ScriptProgram program;
  private final TransformerConfig config;
  private final boolean adaptable;
  private List<ScaledAdapter> adapters = List.of();

  private SanaTransformer(ScriptProgram program, TransformerConfig config, boolean adaptable) {
    this.program = program;
    this.config = config;
    this.adaptable = adaptable;
  }

  /**
   * Loads the weights, on a processor packed for its own kernels: {@link #setAdapters} is not for
   * it.
   */
  public static SanaTransformer load(Checkpoint checkpoint, DevicePlacement placement) {
    return load(checkpoint, placement, TOKENS_PER_CHUNK);
  }

  /**
   * As {@link #load(Checkpoint, DevicePlacement)}, with so many tokens at a time on a processor.
   */
  static SanaTransformer load(
      Checkpoint checkpoint, DevicePlacement placement, int tokensTogether) {
    if (!placement.packsWeights()) {
      return loadAdaptable(checkpoint, placement);
    }
    ScriptProgram program = program(checkpoint, placement);
    try {
      packWeights(program, tokensTogether);
      return new SanaTransformer(program, checkpoint.transformer(), false);
    } catch (RuntimeException e) {
      program.close();
      throw e;
    }
  }

  /**
   * Loads the weights as they are, for adapters to change: slower on a processor than packed.
   *
   * @throws IllegalArgumentException for int8, which is a way to pack
   */
  public static SanaTransformer loadAdaptable(Checkpoint checkpoint, DevicePlacement placement) {
    if (placement.precision() == Precision.INT8) {
      throw new IllegalArgumentException(
          "precision int8: adapters cannot change weights of 8 bits;"
              + " take the model's adapters away, or choose auto, bf16 or fp32");
    }
    return new SanaTransformer(program(checkpoint, placement), checkpoint.transformer(), true);
  }

  private static ScriptProgram program(Checkpoint checkpoint, DevicePlacement placement) {
    boolean clamp = placement.precision() == Precision.FP16 || checkpoint.trainedInFp16();
    ScriptProgram program =
        ScriptProgram.compile(scriptSource(checkpoint.transformer(), clamp), placement);
    try {
      WeightLoader.load(checkpoint.transformerTensors(), program);
      return program;
    } catch (RuntimeException e) {
      program.close();
      throw e;
    }
  }

  /**
   * Arranges the weights for the processor's own kernels, and has so many tokens pass at a time.
   */
  private static void packWeights(ScriptProgram program, int tokens) {
    Precision precision = program.placement().precision();
    try (ScriptValue kernels = ScriptValue.of(precision == Precision.INT8 ? "int8" : "packed");
        ScriptValue together = ScriptValue.of((long) tokens);
        ScriptValue reducedRange = ScriptValue.of(!CpuFeatures.hasVnni())) {
      program.call("pack_weights", kernels, together, reducedRange).close();
    }
  }

  /**
   * The network as a part of a program: to serve, or to learn.
   *
   * @param clamp whether self-attention clips what fp16 could not hold
   */
  public static ScriptSource scriptSource(TransformerConfig config, boolean clamp) {
    return new ScriptSource(SanaTransformer.class, "transformer", attributes(config, clamp));
  }

  private static Map<String, Object> attributes(TransformerConfig config, boolean clamp) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("originals", Map.of());
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

  /**
   * Draws with these adapters from now on, and with no others.
   *
   * @param wanted each with its scale; empty for none
   * @throws IllegalStateException where the weights are packed and one is wanted
   */
  public void setAdapters(List<ScaledAdapter> wanted) {
    if (wanted.equals(adapters)) {
      return;
    }
    if (!adaptable) {
      throw new IllegalStateException(
          "packed weights cannot be adapted: loadAdaptable loads others");
    }
    program.call("unfuse_lora").close();
    adapters = List.of();
    for (ScaledAdapter adapter : wanted) {
      adapter.adapter().layers().forEach((layer, low) -> setAdapters(layer, low, adapter.scale()));
    }
    adapters = List.copyOf(wanted);
  }

  private void setAdapters(String layer, LoraFile.LowRank low, double scale) {
    try (ScriptValue name = ScriptValue.of(layer);
        ScriptValue a = ScriptValue.floats(low.a().values(), low.a().shape());
        ScriptValue b = ScriptValue.floats(low.b().values(), low.b().shape());
        ScriptValue factor = ScriptValue.of(scale * low.scale())) {
      program.call("fuse_lora", name, a, b, factor).close();
    }
  }

  /**
   * What the blocks attend to: the caption projected, and each block's keys and values.
   *
   * @param captions one a row of the batch, of any lengths
   */
  public ScriptValue encodePrompt(List<PromptEmbeds> captions) {
    int longest = captions.stream().mapToInt(PromptEmbeds::tokens).max().orElseThrow();
    int width = captions.get(0).width();
    float[] padded = new float[captions.size() * longest * width];
    long[] lengths = new long[captions.size()];
    for (int i = 0; i < captions.size(); i++) {
      PromptEmbeds caption = captions.get(i);
      lengths[i] = caption.tokens();
      System.arraycopy(
          caption.embeddings(), 0, padded, i * longest * width, caption.tokens() * width);
    }
    try (ScriptValue host = ScriptValue.floats(padded, captions.size(), longest, width)) {
      return encodePrompt(host, lengths);
    }
  }

  /**
   * What these rows of {@link #encodePrompt}'s answer attend to; the others have left the batch.
   */
  public ScriptValue selectPromptRows(ScriptValue attended, long[] rows) {
    try (ScriptValue index = ScriptValue.longs(rows, rows.length)) {
      return program.call("select_prompt_rows", attended, index);
    }
  }

  ScriptValue encodePrompt(ScriptValue embeddings, long... lengths) {
    try (ScriptValue counts = ScriptValue.list(lengths)) {
      return program.call("encode_prompt", embeddings, counts);
    }
  }

  /**
   * AdaLN-single's modulation for every step at once.
   *
   * @param timesteps a step each, or a step and row each
   * @param rows how many of {@code timesteps} belong to one step: 1, or the batch's rows
   * @param guidance scale a row, for checkpoints with embedded guidance; otherwise ignored
   */
  public ScriptValue timeModulation(float[] timesteps, int rows, float[] guidance) {
    float[] scaled = new float[guidance.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = guidance[i] * (float) config.guidanceEmbedsScale();
    }
    return timeModulationScaled(timesteps, rows, scaled);
  }

  /** The modulation of these rows of the batch; the others have left it. */
  public ScriptValue selectModulationRows(ScriptValue modulation, long[] rows) {
    try (ScriptValue index = ScriptValue.longs(rows, rows.length)) {
      return program.call("select_modulation_rows", modulation, index);
    }
  }

  ScriptValue timeModulationScaled(float[] timesteps, int rows, float[] guidance) {
    try (ScriptValue t = ScriptValue.floats(timesteps, timesteps.length / rows, rows);
        ScriptValue g = ScriptValue.floats(guidance, guidance.length)) {
      return program.call("time_modulation", t, g);
    }
  }

  /** The positional embedding of so many latent rows and columns; empty for most checkpoints. */
  public ScriptValue positionalEmbedding(int latentHeight, int latentWidth) {
    try (ScriptValue height = ScriptValue.of((long) (latentHeight / config.patchSize()));
        ScriptValue width = ScriptValue.of((long) (latentWidth / config.patchSize()))) {
      return program.call("positional_embedding", height, width);
    }
  }

  /**
   * One evaluation.
   *
   * @param latents (B, C, H, W)
   * @param scale the network sees the latents times this
   * @param modulation from {@link #timeModulation}
   * @param step which of its steps
   * @param positions from {@link #positionalEmbedding}
   * @param attended from {@link #encodePrompt}: B rows, or 2 B under guidance, without the prompt
   *     first
   * @return (rows, out channels, H, W)
   */
  public ScriptValue forward(
      ScriptValue latents,
      double scale,
      ScriptValue modulation,
      int step,
      ScriptValue positions,
      ScriptValue attended) {
    try (ScriptValue factor = ScriptValue.of(scale);
        ScriptValue index = ScriptValue.of((long) step)) {
      return program.call("forward", latents, factor, modulation, index, positions, attended);
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
