package dev.sanaq.sana.pipeline;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.image.ImageSize;
import dev.sanaq.image.MaskComposite;
import dev.sanaq.image.NotANumberException;
import dev.sanaq.image.PillowResizer;
import dev.sanaq.image.PillowResizer.Filter;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.DeviceLostException;
import dev.sanaq.sana.DeviceMemoryException;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.ModelSpec;
import dev.sanaq.sana.OverflowDiagnosis;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.UnsupportedSizeException;
import dev.sanaq.sana.conditioning.Conditioning;
import dev.sanaq.sana.conditioning.ConditioningKey;
import dev.sanaq.sana.conditioning.ConditioningLatents;
import dev.sanaq.sana.conditioning.SourceImage;
import dev.sanaq.sana.control.ControlNetRegistry;
import dev.sanaq.sana.lora.LoraRegistry;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.text.PromptEmbeds;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.torch.DeviceCheck;
import dev.sanaq.torch.DeviceMemory;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Devices;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.TorchException;
import dev.sanaq.torch.host.CpuFeatures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Text to images in five stages: check, encode, prepare latents, denoise, decode (paper, figure 5;
 * diffusers {@code SanaPipeline} and {@code SanaSprintPipeline}). {@link #generateBatch} shows them
 * in order. Safe for several threads; calls run one at a time.
 */
public final class SanaPipeline implements ImageGenerator {
  private static final Logger LOG = Logger.getLogger(SanaPipeline.class);

  private final ModelSpec spec;
  private final LoraRegistry loras;
  private final DevicePlacement placement;
  private final Networks networks;
  private final LatentDecoder decoder;
  private final BatchSizeEstimator batchSizeEstimator;
  private final OverflowDiagnosis overflowDiagnosis;

  private SanaPipeline(
      ModelSpec spec,
      LoraRegistry loras,
      DevicePlacement placement,
      Networks networks,
      OverflowDiagnosis overflowDiagnosis,
      boolean lowMemory) {
    this.spec = spec;
    this.loras = loras;
    this.placement = placement;
    this.networks = networks;
    this.overflowDiagnosis = overflowDiagnosis;
    Supplier<OptionalLong> free = freeMemory(placement, networks.controlNets());
    this.decoder = new LatentDecoder(networks.autoencoder(), placement, free, lowMemory);
    this.batchSizeEstimator =
        new BatchSizeEstimator(spec.transformer(), spec.compression(), placement, free);
  }

  /**
   * Loads a checkpoint.
   *
   * @throws dev.sanaq.checkpoint.CheckpointException with every problem of the checkpoint
   * @throws IllegalArgumentException if an option is unknown, or the machine does not support it
   * @throws DeviceMemoryException if memory does not hold the weights
   */
  public static SanaPipeline load(Path folder, PipelineOptions options) {
    return load(
        folder, options, options.lowMemory() ? TextEncoder::loadLowMemory : TextEncoder::load);
  }

  /**
   * As {@link #load(Path, PipelineOptions)}, and encodes the first prompt while the other networks
   * load.
   *
   * @param instruction whether the complex human instruction precedes the prompt
   */
  public static SanaPipeline load(
      Path folder, PipelineOptions options, String prompt, boolean instruction) {
    BiFunction<Checkpoint, DevicePlacement, TextEncoder> loader =
        options.lowMemory() ? TextEncoder::loadLowMemory : TextEncoder::load;
    return load(
        folder,
        options,
        (checkpoint, placement) -> {
          TextEncoder encoder = loader.apply(checkpoint, placement);
          try {
            encoder.encode(prompt, instruction);
          } catch (RuntimeException e) {
            LOG.debugf(e, "the prompt cannot be encoded; generating its image reports why");
          }
          return encoder;
        });
  }

  private static SanaPipeline load(
      Path folder,
      PipelineOptions options,
      BiFunction<Checkpoint, DevicePlacement, TextEncoder> textLoader) {
    Checkpoint checkpoint =
        options.variant().isEmpty()
            ? Checkpoint.open(folder)
            : Checkpoint.open(folder, options.variant());
    DevicePlacement placement = Devices.choose(options.device(), options.precision());
    Torch.setThreads(options.threads() > 0 ? options.threads() : CpuFeatures.physicalCores());
    return load(
        checkpoint,
        LoraRegistry.load(checkpoint, options.adapters()),
        placement,
        textLoader,
        options.lowMemory());
  }

  /**
   * Loads an open checkpoint, with the LoRA adapters of its folder alone.
   *
   * @param textLoader loads the text encoder, see {@link TextEncoder#load}
   */
  public static SanaPipeline load(
      Checkpoint checkpoint,
      DevicePlacement placement,
      BiFunction<Checkpoint, DevicePlacement, TextEncoder> textLoader) {
    return load(checkpoint, LoraRegistry.load(checkpoint, List.of()), placement, textLoader, false);
  }

  private static SanaPipeline load(
      Checkpoint checkpoint,
      LoraRegistry loras,
      DevicePlacement placement,
      BiFunction<Checkpoint, DevicePlacement, TextEncoder> textLoader,
      boolean lowMemory) {
    try {
      Networks networks = Networks.load(checkpoint, placement, textLoader);
      ModelSpec spec =
          ModelSpec.of(checkpoint, loras.list(), networks.controlNets().names(), placement);
      OverflowDiagnosis diagnosis = new OverflowDiagnosis(checkpoint, placement);
      return new SanaPipeline(spec, loras, placement, networks, diagnosis, lowMemory);
    } catch (TorchException | OutOfMemoryError e) {
      throw translate(e, "loading the weights", placement);
    }
  }

  /**
   * On a CPU the bytes available at the moment of the call. On a GPU those after loading the
   * weights, without those of the ControlNets that were loaded since: the engine never returns
   * memory to the driver, so later values would be too small.
   */
  private static Supplier<OptionalLong> freeMemory(
      DevicePlacement placement, ControlNetRegistry controlNets) {
    DeviceMemory.releaseCaches(placement); // what loading has left in the engine's cache
    OptionalLong afterLoading = DeviceMemory.freeBytes(placement);
    if (!placement.isGpu() || afterLoading.isEmpty()) {
      return () -> DeviceMemory.freeBytes(placement);
    }
    long bytes = afterLoading.getAsLong();
    return () -> OptionalLong.of(Math.max(bytes - controlNets.loadedBytes(), 0));
  }

  @Override
  public ModelInfo model() {
    return spec.info();
  }

  /** Model, device, precision and the reason for them, for the log. */
  public String description() {
    return "%s on %s in %s (%s)"
        .formatted(model().name(), model().device(), model().precision(), placement.reason());
  }

  @Override
  public boolean hasPreviews() {
    return networks.previewFactors().isPresent();
  }

  @Override
  public int maxBatchImages(BatchKey key) {
    try {
      return batchSizeEstimator.maxImages(
          spec.generatedSize(key), spec.guidanceRows(key), controlLayers(key.conditioning()));
    } catch (UnsupportedSizeException e) {
      return 1; // generate() reports the unsupported size
    }
  }

  private int controlLayers(ConditioningKey conditioning) {
    return conditioning.controlled() ? networks.controlNets().layers(conditioning.controlNet()) : 0;
  }

  @Override
  public void openAdapter(LoraWeight adapter) {
    loras.open(adapter);
  }

  @Override
  public GenerationResult generate(GenerationParams params, ProgressListener progress) {
    return generate(params, progress, PipelineProbe.NONE);
  }

  /** As {@link #generate(GenerationParams, ProgressListener)}, for tests that observe each step. */
  public GenerationResult generate(
      GenerationParams params, ProgressListener progress, PipelineProbe probe) {
    BatchResult result =
        generateBatch(List.of(params), BatchControl.reportingTo(progress), probe).get(0);
    if (result instanceof BatchResult.Failed failed) {
      throw failed.cause();
    }
    return ((BatchResult.Done) result).result();
  }

  @Override
  public List<BatchResult> generateBatch(List<GenerationParams> params, BatchControl control) {
    return generateBatch(params, control, PipelineProbe.NONE);
  }

  /** As {@link #generateBatch(List, BatchControl)}, for tests that observe each step. */
  public synchronized List<BatchResult> generateBatch(
      List<GenerationParams> params, BatchControl control, PipelineProbe probe) {
    GenerationPlan plan = GenerationPlan.check(spec, params); // 1. check
    Batch batch = new Batch(params, control);
    try {
      networks.transformer().trimAdapters();
      batch.prepare( // 2. encode
          this::adapterSet,
          one -> encodePrompt(one, plan),
          conditioning -> encodeImages(conditioning, plan));
      int controlLayers = controlLayers(plan.key().conditioning());
      PassScheduler passes =
          new PassScheduler(plan, batch, control, batchSizeEstimator, controlLayers);
      DenoisingLoop loop = new DenoisingLoop(networks, plan, batch, passes, probe);
      List<BatchImage> images;
      while (!(images = passes.next()).isEmpty()) {
        Map<BatchImage, float[]> finalLatents;
        try (NoisyLatents latents =
            NoisyLatents.prepare(networks.sampler(), plan, images)) { // 3. prepare latents
          finalLatents = loop.denoise(latents); // 4. denoise
        } catch (TorchException | OutOfMemoryError e) {
          passes.retryInHalves(images, e);
          continue;
        }
        passes.complete(images);
        decode(finalLatents, plan, batch, probe); // 5. decode
      }
      return batch.results();
    } catch (TorchException | OutOfMemoryError e) {
      throw translate(e, "before or after denoising", placement);
    }
  }

  private long adapterSet(GenerationParams params) {
    return networks.transformer().adapterSet(loras.resolve(params.adapters()));
  }

  /** One for each row of an image: the negative prompt, the prompt, the prompt if perturbed. */
  private List<PromptEmbeds> encodePrompt(GenerationParams params, GenerationPlan plan) {
    TextEncoder encoder = networks.textEncoder();
    List<PromptEmbeds> rows = new ArrayList<>();
    if (plan.hasUnconditionalRow()) {
      rows.add(encoder.encode(params.negativePrompt(), false));
    }
    PromptEmbeds prompt = encoder.encode(params.prompt(), params.instruction());
    rows.add(prompt);
    if (plan.isPerturbed()) {
      rows.add(prompt);
    }
    return rows;
  }

  private ConditioningLatents encodeImages(Conditioning conditioning, GenerationPlan plan) {
    // Loads the ControlNet, so that one that cannot be used fails the entry here.
    conditioning.control().ifPresent(control -> networks.controlNets().get(control.controlNet()));
    return networks.latentEncoder().encode(conditioning, plan.size());
  }

  /** Latents to images of the requested size, except for entries that were cancelled. */
  private void decode(
      Map<BatchImage, float[]> latents, GenerationPlan plan, Batch batch, PipelineProbe probe) {
    ImageSize requested = new ImageSize(plan.key().height(), plan.key().width());
    List<BatchImage> remaining = batch.retainActive(List.copyOf(latents.keySet()));
    while (!remaining.isEmpty()) {
      boolean hasImage = conditioning(remaining.get(0)).hasImage();
      int count = hasImage ? 1 : countTogether(remaining, plan.size());
      List<BatchImage> images = remaining.subList(0, count);
      List<float[]> values = images.stream().map(latents::get).toList();
      if (hasImage) {
        RgbImage decoded = decode(images, values, plan, plan.size(), probe).get(0);
        images.get(0).entry().addImage(resize(decoded, requested, images.get(0)));
      } else {
        List<RgbImage> decoded = decode(images, values, plan, requested, probe);
        for (int i = 0; i < count; i++) {
          images.get(i).entry().addImage(decoded.get(i));
        }
      }
      remaining = batch.retainActive(remaining.subList(count, remaining.size()));
    }
  }

  /** How many of the first images, all without an input image, are decoded together. */
  private int countTogether(List<BatchImage> images, ImageSize size) {
    long plain = images.stream().takeWhile(image -> !conditioning(image).hasImage()).count();
    return (int) Math.min(decoder.maxTogether(size), plain);
  }

  private static Conditioning conditioning(BatchImage image) {
    return image.entry().params().conditioning();
  }

  /**
   * The generated image at the requested size. Its input image was resized to the generated size
   * without keeping its aspect ratio; this is the same way back.
   */
  private static RgbImage resize(RgbImage decoded, ImageSize requested, BatchImage image) {
    StageTimer timer = image.entry().timer();
    timer.start();
    RgbImage rgb = PillowResizer.resize(decoded, requested, Filter.LANCZOS);
    RgbImage result =
        conditioning(image).source().map(source -> composite(source, rgb, requested)).orElse(rgb);
    timer.record("resize");
    return result;
  }

  private static RgbImage composite(SourceImage source, RgbImage generated, ImageSize size) {
    if (!source.composite() || source.mask().isEmpty()) {
      return generated;
    }
    return MaskComposite.of(
        PillowResizer.resize(source.image(), size, Filter.LANCZOS),
        generated,
        PillowResizer.resize(source.mask().get(), size, Filter.LANCZOS));
  }

  private List<RgbImage> decode(
      List<BatchImage> images,
      List<float[]> latents,
      GenerationPlan plan,
      ImageSize requested,
      PipelineProbe probe) {
    List<StageTimer> timers =
        images.stream().map(image -> image.entry().timer()).distinct().toList();
    timers.forEach(StageTimer::start);
    LatentDecoder.Sizes sizes = new LatentDecoder.Sizes(plan.latentShape(), plan.size(), requested);
    try {
      return decoder.decode(latents, sizes, timers, probe);
    } catch (NotANumberException e) {
      throw overflowDiagnosis.explain(e);
    }
  }

  /**
   * A {@link DeviceMemoryException} if memory ran out, a {@link DeviceLostException} if the GPU
   * computes no more, else the failure itself.
   */
  static RuntimeException translate(Throwable failure, String during, DevicePlacement placement) {
    if (failure instanceof TorchException e
        && e.isCudaError()
        && !DeviceCheck.computes(placement)) {
      return new DeviceLostException(
          "%s computes no more: %s".formatted(placement.torchDevice(), e.getMessage()), e);
    }
    if (!DeviceMemory.ranOut(failure)) {
      return (RuntimeException) failure;
    }
    DeviceMemory.releaseCaches(placement);
    return new DeviceMemoryException(
        "memory ran out %s: %s".formatted(during, failure.getMessage()), failure);
  }

  @Override
  public synchronized void close() {
    networks.close();
  }
}
