package dev.sanaq.train.transformer;

import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.checkpoint.safetensors.WeightLoader;
import dev.sanaq.checkpoint.tensors.ExpectedShapes;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.sana.transformer.SanaTransformer;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.train.cache.LatentCache;
import dev.sanaq.train.config.StartingPoint;
import dev.sanaq.train.config.TrainingConfig;
import dev.sanaq.train.config.TransformerPhase;
import dev.sanaq.train.data.TrainingSample;
import dev.sanaq.train.loop.TrainingTask;
import dev.sanaq.train.optim.TrainableProgram;
import dev.sanaq.train.optim.WeightInitializer;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/** Trains the transformer by flow matching, with the text encoder or a LoRA adapter. */
public final class TransformerTask implements TrainingTask {
  /** Prefix of the transformer's weights in the program. */
  public static final String TRANSFORMER_PREFIX = "transformer.";

  /** Prefix of the text encoder's weights in the program. */
  public static final String TEXT_ENCODER_PREFIX = "text_encoder.";

  /** Prefix of the adapter's weights in the program. */
  public static final String LORA_PREFIX = "lora.";

  private final TransformerConfig config;
  private final TextEncoderConfig textConfig;
  private final StartingPoint startingPoint;
  private final List<TransformerPhase> phases;
  private final double weightDecay;
  private final FlowMatchingSampler sampler;
  private final CaptionEncoder captions;
  private final LongConsumer sampleRenderer;
  private final TrainableProgram program;

  /** Samples, their latents in the same order, and the encoder of their captions. */
  public record TrainingData(
      List<TrainingSample> samples, LatentCache latents, CaptionEncoder captions) {}

  /**
   * Compiles the program and initialises its weights.
   *
   * @param sampleRenderer renders samples after the given step
   */
  public TransformerTask(
      TrainingConfig.TransformerPart part,
      long seed,
      StartingPoint start,
      TrainingData data,
      LongConsumer sampleRenderer,
      DevicePlacement placement) {
    this.startingPoint = start;
    this.config = part.transformer(start);
    this.textConfig = part.textEncoder(start);
    this.phases = List.copyOf(part.phases());
    this.weightDecay = part.optimizer().weightDecay();
    this.sampler = new FlowMatchingSampler(data.samples(), data.latents(), seed);
    this.captions = data.captions();
    this.sampleRenderer = sampleRenderer;
    double scale = start instanceof StartingPoint.Lora lora ? lora.config().scale() : 1;
    this.program =
        TrainableProgram.compile(
            "transformer_training",
            Map.of(
                "network",
                SanaTransformer.scriptSource(config, false),
                "text",
                TextEncoder.scriptSource(textConfig, Precision.FP32),
                "adapter_scale",
                scale,
                "flow",
                part.objective() == TrainingConfig.Objective.VELOCITY),
            placement);
    initializeWeights(new WeightInitializer(seed));
  }

  private void initializeWeights(WeightInitializer initializer) {
    if (startingPoint instanceof StartingPoint.FineTune fineTune) {
      WeightLoader.load(
          fineTune.checkpoint().transformerTensors(), program.script(), TRANSFORMER_PREFIX);
    } else if (startingPoint instanceof StartingPoint.Lora lora) {
      TensorIndex base = lora.checkpoint().transformerTensors();
      WeightLoader.load(base, program.script(), TRANSFORMER_PREFIX);
      lora.config()
          .shapes(ExpectedShapes.of(config))
          .forEach((n, s) -> program.put(LORA_PREFIX + n, initializer.lora(n, s), s));
    } else {
      ExpectedShapes.of(config)
          .forEach((n, s) -> program.put(TRANSFORMER_PREFIX + n, initializer.transformer(n, s), s));
      ExpectedShapes.of(textConfig)
          .forEach(
              (n, s) -> program.put(TEXT_ENCODER_PREFIX + n, initializer.textEncoder(n, s), s));
    }
  }

  @Override
  public TrainableProgram program() {
    return program;
  }

  @Override
  public List<TransformerPhase> phases() {
    return phases;
  }

  @Override
  public void selectTrainable(int phase) {
    if (startingPoint instanceof StartingPoint.Lora lora) {
      selectTrainable(LORA_PREFIX, lora.config().shapes(ExpectedShapes.of(config)), 1);
      return;
    }
    selectTrainable(TRANSFORMER_PREFIX, ExpectedShapes.of(config), 1);
    double textRateScale = phases.get(phase).textEncoderRateScale();
    if (startingPoint instanceof StartingPoint.FromScratch && textRateScale > 0) {
      selectTrainable(TEXT_ENCODER_PREFIX, ExpectedShapes.of(textConfig), textRateScale);
    }
  }

  private void selectTrainable(String prefix, Map<String, long[]> shapes, double rateScale) {
    shapes.forEach(
        (n, s) -> program.setTrainable(prefix + n, rateScale, s.length > 1 ? weightDecay : 0));
  }

  @Override
  public float accumulateGradients(int number, long step, int part, double share) {
    FlowMatchingSampler.Draw draw = sampler.draw(phases.get(number), step, part);
    try (ScriptValue latents = draw.latents();
        ScriptValue noise = draw.noise();
        ScriptValue sigmas = draw.sigmas()) {
      return captions.accumulateGradients(program, microBatch(draw, latents, noise, sigmas), share);
    }
  }

  private static CaptionEncoder.MicroBatch microBatch(
      FlowMatchingSampler.Draw draw, ScriptValue latents, ScriptValue noise, ScriptValue sigmas) {
    return new CaptionEncoder.MicroBatch(
        latents, noise, sigmas, draw.captions(), draw.withInstruction());
  }

  @Override
  public Map<String, Object> lastBatch() {
    return sampler.lastBatch();
  }

  /** The loss by timestep on rows spread over the data, each with its first caption. */
  @Override
  public Map<String, Double> evaluate() {
    return sampler.evaluate(this::losses);
  }

  private float[] losses(FlowMatchingSampler.Draw draw) {
    try (ScriptValue latents = draw.latents();
        ScriptValue noise = draw.noise();
        ScriptValue sigmas = draw.sigmas()) {
      return captions.losses(program, microBatch(draw, latents, noise, sigmas));
    }
  }

  @Override
  public void renderSamples(long step) {
    sampleRenderer.accept(step);
  }

  @Override
  public void close() {
    program.close();
  }
}
