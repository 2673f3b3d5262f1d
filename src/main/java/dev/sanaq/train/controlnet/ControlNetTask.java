package dev.sanaq.train.controlnet;

import dev.sanaq.checkpoint.config.QkNorm;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.WeightLoader;
import dev.sanaq.checkpoint.tensors.ExpectedShapes;
import dev.sanaq.sana.transformer.SanaTransformer;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.HostTensor;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.train.config.ControlNetConfig;
import dev.sanaq.train.config.TransformerPhase;
import dev.sanaq.train.loop.TrainingTask;
import dev.sanaq.train.optim.TrainableProgram;
import dev.sanaq.train.transformer.FlowMatchingSampler;
import dev.sanaq.train.transformer.FrozenCaptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Trains a ControlNet by flow matching (arXiv 2302.05543; diffusers {@code
 * train_controlnet_sana.py}): the transformer and the text encoder are frozen.
 */
public final class ControlNetTask implements TrainingTask {
  /** Prefix of the transformer's weights in the program. */
  public static final String TRANSFORMER_PREFIX = "transformer.";

  /** Prefix of the ControlNet's weights in the program. */
  public static final String CONTROLNET_PREFIX = "controlnet.";

  private final TransformerConfig config;
  private final List<TransformerPhase> phases;
  private final double weightDecay;
  private final ControlledData data;
  private final FrozenCaptions captions;
  private final FlowMatchingSampler sampler;
  private final TrainableProgram program;

  /**
   * Compiles the program and initialises its weights.
   *
   * @param base the checkpoint with the transformer
   * @throws IllegalArgumentException if diffusers has no ControlNet for such a transformer
   */
  public ControlNetTask(
      ControlNetConfig settings,
      Checkpoint base,
      ControlledData data,
      FrozenCaptions captions,
      DevicePlacement placement) {
    this.config = controlNetConfig(settings, base.transformer());
    this.phases = settings.phases();
    this.weightDecay = settings.optimizer().weightDecay();
    this.data = data;
    this.captions = captions;
    this.sampler = new FlowMatchingSampler(data.samples(), data.latents(), settings.seed());
    this.program =
        TrainableProgram.compile(
            "controlnet_training",
            Map.of(
                "network",
                SanaTransformer.scriptSource(base.transformer(), false),
                "control",
                SanaTransformer.scriptSource(config, false)),
            placement);
    WeightLoader.load(base.transformerTensors(), program.script(), TRANSFORMER_PREFIX);
    ControlNetInitializer.weights(config, loadedTransformer())
        .forEach(
            (name, tensor) ->
                program.put(CONTROLNET_PREFIX + name, tensor.values(), tensor.shape()));
  }

  /** The transformer's weights in fp32, of which the file may have another type. */
  private Map<String, HostTensor> loadedTransformer() {
    String prefix = "weight." + TRANSFORMER_PREFIX;
    Map<String, HostTensor> weights = new LinkedHashMap<>();
    program
        .stateDict()
        .forEach((name, tensor) -> weights.put(name.substring(prefix.length()), tensor));
    return weights;
  }

  /**
   * The ControlNet's config.
   *
   * @throws IllegalArgumentException if diffusers has no ControlNet for such a transformer
   */
  public static TransformerConfig controlNetConfig(
      ControlNetConfig settings, TransformerConfig transformer) {
    if (transformer.guidanceEmbeds()
        || transformer.qkNorm() != QkNorm.NONE
        || transformer.timestepScale() != 1) {
      throw new IllegalArgumentException(
          "a ControlNet cannot be trained for this checkpoint: SanaControlNetModel has no"
              + " guidance_embeds, qk_norm and timestep_scale, so use a checkpoint of Sana, not of"
              + " SANA-1.5 or SANA-Sprint");
    }
    if (settings.numLayers() >= transformer.numLayers()) {
      throw new IllegalArgumentException(
          "numLayers %s: must be less than the transformer's %s"
              .formatted(settings.numLayers(), transformer.numLayers()));
    }
    if (!(settings.mlpRatio() > 0 && settings.mlpRatio() <= transformer.mlpRatio())) {
      throw new IllegalArgumentException(
          "mlpRatio %s: must be above 0 and at most the transformer's %s"
              .formatted(settings.mlpRatio(), transformer.mlpRatio()));
    }
    return transformer.controlNet(settings.numLayers(), settings.mlpRatio());
  }

  /** The ControlNet's config. */
  public TransformerConfig config() {
    return config;
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
    ExpectedShapes.ofControlNet(config)
        .forEach(
            (name, shape) ->
                program.setTrainable(
                    CONTROLNET_PREFIX + name, 1, shape.length > 1 ? weightDecay : 0));
  }

  @Override
  public float accumulateGradients(int number, long step, int part, double share) {
    FlowMatchingSampler.Draw draw = sampler.draw(phases.get(number), step, part);
    FrozenCaptions.PaddedEmbeds padded = captions.pad(draw.captions(), draw.withInstruction());
    try (ScriptValue latents = draw.latents();
        ScriptValue noise = draw.noise();
        ScriptValue sigmas = draw.sigmas();
        ScriptValue control = draw.latentsOf(data.control());
        ScriptValue embeds = padded.tensor();
        ScriptValue lengths = ScriptValue.longs(padded.lengths(), padded.lengths().length);
        ScriptValue weight = TrainingTask.scalar(share)) {
      return program.accumulateGradients(
          "accumulate_gradients", latents, noise, sigmas, control, embeds, lengths, weight);
    }
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
    FrozenCaptions.PaddedEmbeds padded = captions.pad(draw.captions(), draw.withInstruction());
    try (ScriptValue latents = draw.latents();
        ScriptValue noise = draw.noise();
        ScriptValue sigmas = draw.sigmas();
        ScriptValue control = draw.latentsOf(data.control());
        ScriptValue embeds = padded.tensor();
        ScriptValue lengths = ScriptValue.list(padded.lengths());
        ScriptValue losses =
            program
                .script()
                .call("eval_losses", latents, noise, sigmas, control, embeds, lengths)) {
      return losses.toFloats();
    }
  }

  /** Renders nothing: a ControlNet alone is no checkpoint. */
  @Override
  public void renderSamples(long step) {}

  @Override
  public void close() {
    program.close();
  }
}
