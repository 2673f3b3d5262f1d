package dev.sanaq.sana.transformer;

import dev.sanaq.sana.checkpoint.Adapter;
import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.checkpoint.QkNorm;
import dev.sanaq.sana.checkpoint.TransformerConfig;
import dev.sanaq.sana.checkpoint.WeightLoader;
import dev.sanaq.sana.text.Caption;
import dev.sanaq.torch.Devices;
import dev.sanaq.torch.Part;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.Program;
import dev.sanaq.torch.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The linear diffusion transformer (paper, section 2.2; diffusers {@code SanaTransformer2DModel}).
 * What does not change from step to step is asked for once: {@link #attend}, {@link #modulate},
 * {@link #positions}. One caller at a time; every returned value is the caller's to close.
 */
public final class LinearTransformer implements AutoCloseable {
  /**
   * A picture of 1024 pixels under guidance. More brings no speed on a processor: what lies between
   * a block's products would only outgrow its caches.
   */
  private static final int TOKENS_TOGETHER = 2048;

  private final Program program;
  private final TransformerConfig config;
  private final boolean adaptable;
  private List<ScaledAdapter> adapters = List.of();

  private LinearTransformer(Program program, TransformerConfig config, boolean adaptable) {
    this.program = program;
    this.config = config;
    this.adaptable = adaptable;
  }

  /** Loads the weights, on a processor packed for its own kernels: {@link #adapt} is not for it. */
  public static LinearTransformer load(Checkpoint checkpoint, Placement placement) {
    return load(checkpoint, placement, TOKENS_TOGETHER);
  }

  /** As {@link #load(Checkpoint, Placement)}, with so many tokens at a time on a processor. */
  static LinearTransformer load(Checkpoint checkpoint, Placement placement, int tokensTogether) {
    if (!placement.packsWeights()) {
      return loadAdaptable(checkpoint, placement);
    }
    Program program = program(checkpoint, placement);
    try {
      pack(program, tokensTogether);
      return new LinearTransformer(program, checkpoint.transformer(), false);
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
  public static LinearTransformer loadAdaptable(Checkpoint checkpoint, Placement placement) {
    if (placement.precision() == Precision.INT8) {
      throw new IllegalArgumentException(
          "precision int8: adapters cannot change weights of 8 bits;"
              + " take the model's adapters away, or choose auto, bf16 or fp32");
    }
    return new LinearTransformer(program(checkpoint, placement), checkpoint.transformer(), true);
  }

  private static Program program(Checkpoint checkpoint, Placement placement) {
    boolean clamp = placement.precision() == Precision.FP16 || checkpoint.trainedInFp16();
    Program program = Program.compile(part(checkpoint.transformer(), clamp), placement);
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
  private static void pack(Program program, int tokens) {
    Precision precision = program.placement().precision();
    try (Value kernels = Value.of(precision == Precision.INT8 ? "int8" : "packed");
        Value together = Value.of((long) tokens);
        Value reducedRange = Value.of(!Devices.processorMultipliesInt8())) {
      program.call("pack", kernels, together, reducedRange).close();
    }
  }

  /**
   * The network as a part of a program: to serve, or to learn.
   *
   * @param clamp whether self-attention clips what fp16 could not hold
   */
  public static Part part(TransformerConfig config, boolean clamp) {
    return new Part(LinearTransformer.class, "transformer", attributes(config, clamp));
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
  public void adapt(List<ScaledAdapter> wanted) {
    if (wanted.equals(adapters)) {
      return;
    }
    if (!adaptable) {
      throw new IllegalStateException(
          "packed weights cannot be adapted: loadAdaptable loads others");
    }
    program.call("plain").close();
    adapters = List.of();
    for (ScaledAdapter adapter : wanted) {
      adapter.adapter().layers().forEach((layer, low) -> adapt(layer, low, adapter.scale()));
    }
    adapters = List.copyOf(wanted);
  }

  private void adapt(String layer, Adapter.LowRank low, double scale) {
    try (Value name = Value.of(layer);
        Value a = Value.floats(low.a().numbers(), low.a().shape());
        Value b = Value.floats(low.b().numbers(), low.b().shape());
        Value factor = Value.of(scale * low.scale())) {
      program.call("adapt", name, a, b, factor).close();
    }
  }

  /**
   * What the blocks attend to: the caption projected, and each block's keys and values.
   *
   * @param captions one a row of the batch, of any lengths
   */
  public Value attend(List<Caption> captions) {
    int longest = captions.stream().mapToInt(Caption::tokens).max().orElseThrow();
    int width = captions.get(0).width();
    float[] padded = new float[captions.size() * longest * width];
    long[] lengths = new long[captions.size()];
    for (int i = 0; i < captions.size(); i++) {
      Caption caption = captions.get(i);
      lengths[i] = caption.tokens();
      System.arraycopy(
          caption.embeddings(), 0, padded, i * longest * width, caption.tokens() * width);
    }
    try (Value host = Value.floats(padded, captions.size(), longest, width)) {
      return attend(host, lengths);
    }
  }

  /** What these rows of {@link #attend}'s answer attend to; the others have left the batch. */
  public Value keepAttended(Value attended, long[] rows) {
    try (Value index = Value.longs(rows, rows.length)) {
      return program.call("keep_caption", attended, index);
    }
  }

  Value attend(Value embeddings, long... lengths) {
    try (Value counts = Value.list(lengths)) {
      return program.call("caption", embeddings, counts);
    }
  }

  /**
   * AdaLN-single's modulation for every step at once.
   *
   * @param timesteps a step each, or a step and row each
   * @param rows how many of {@code timesteps} belong to one step: 1, or the batch's rows
   * @param guidance scale a row, for checkpoints with embedded guidance; otherwise ignored
   */
  public Value modulate(float[] timesteps, int rows, float[] guidance) {
    float[] scaled = new float[guidance.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = guidance[i] * (float) config.guidanceEmbedsScale();
    }
    return modulateScaled(timesteps, rows, scaled);
  }

  /** The modulation of these rows of the batch; the others have left it. */
  public Value keepModulation(Value modulation, long[] rows) {
    try (Value index = Value.longs(rows, rows.length)) {
      return program.call("keep_modulation", modulation, index);
    }
  }

  Value modulateScaled(float[] timesteps, int rows, float[] guidance) {
    try (Value t = Value.floats(timesteps, timesteps.length / rows, rows);
        Value g = Value.floats(guidance, guidance.length)) {
      return program.call("modulation", t, g);
    }
  }

  /** The positional embedding of so many latent rows and columns; empty for most checkpoints. */
  public Value positions(int latentHeight, int latentWidth) {
    try (Value height = Value.of((long) (latentHeight / config.patchSize()));
        Value width = Value.of((long) (latentWidth / config.patchSize()))) {
      return program.call("positions", height, width);
    }
  }

  /**
   * One evaluation.
   *
   * @param latents (B, C, H, W)
   * @param scale the network sees the latents times this
   * @param modulation from {@link #modulate}
   * @param step which of its steps
   * @param positions from {@link #positions}
   * @param attended from {@link #attend}: B rows, or 2 B under guidance, without the prompt first
   * @return (rows, out channels, H, W)
   */
  public Value predict(
      Value latents, double scale, Value modulation, int step, Value positions, Value attended) {
    try (Value factor = Value.of(scale);
        Value index = Value.of((long) step)) {
      return program.call("forward", latents, factor, modulation, index, positions, attended);
    }
  }

  Program program() {
    return program;
  }

  @Override
  public void close() {
    program.close();
  }
}
