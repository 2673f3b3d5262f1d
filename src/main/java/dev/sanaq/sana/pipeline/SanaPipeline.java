package dev.sanaq.sana.pipeline;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.DeviceMemoryException;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.ModelSpec;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.UnsupportedSizeException;
import dev.sanaq.sana.lora.LoraRegistry;
import dev.sanaq.sana.text.PromptEmbeds;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.torch.DeviceMemory;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Devices;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.TorchException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Text to images: encode, denoise, decode (paper, figure 5; diffusers {@code SanaPipeline} and
 * {@code SanaSprintPipeline}). Draws for one caller at a time; others wait.
 */
public final class SanaPipeline implements ImageGenerator {
  private final ModelSpec spec;
  private final LoraRegistry adapters;
  private final DevicePlacement placement;
  private final Networks networks;
  private final LatentDecoder decoder;
  private final BatchSizeEstimator batchSizeEstimator;

  private SanaPipeline(
      ModelSpec spec,
      LoraRegistry adapters,
      DevicePlacement placement,
      Networks networks,
      boolean lowMemory) {
    this.spec = spec;
    this.adapters = adapters;
    this.placement = placement;
    this.networks = networks;
    Supplier<OptionalLong> free = freeMemory(placement);
    this.decoder = new LatentDecoder(networks.autoencoder(), placement, free, lowMemory);
    this.batchSizeEstimator =
        new BatchSizeEstimator(spec.transformer(), spec.compression(), placement, free);
  }

  /**
   * Loads a checkpoint.
   *
   * @throws dev.sanaq.checkpoint.CheckpointException where something in it is not as it must be
   * @throws IllegalArgumentException where an option is unknown or asks for what is not there
   * @throws DeviceMemoryException where memory does not hold the weights
   */
  public static SanaPipeline load(Path folder, PipelineOptions options) {
    Checkpoint checkpoint =
        options.variant().isEmpty()
            ? Checkpoint.open(folder)
            : Checkpoint.open(folder, options.variant());
    DevicePlacement placement = Devices.choose(options.device(), options.precision());
    Torch.setThreads(options.threads() > 0 ? options.threads() : Devices.physicalCores());
    return load(
        checkpoint,
        LoraRegistry.load(checkpoint, options.adapters()),
        placement,
        options.lowMemory() ? TextEncoder::loadLowMemory : TextEncoder::load,
        options.lowMemory());
  }

  public static SanaPipeline load(
      Checkpoint checkpoint,
      DevicePlacement placement,
      BiFunction<Checkpoint, DevicePlacement, TextEncoder> textLoader) {
    return load(checkpoint, LoraRegistry.load(checkpoint, List.of()), placement, textLoader, false);
  }

  private static SanaPipeline load(
      Checkpoint checkpoint,
      LoraRegistry adapters,
      DevicePlacement placement,
      BiFunction<Checkpoint, DevicePlacement, TextEncoder> textLoader,
      boolean lowMemory) {
    try {
      boolean adaptable = !adapters.names().isEmpty();
      Networks networks = Networks.load(checkpoint, placement, adaptable, textLoader);
      ModelSpec spec = ModelSpec.of(checkpoint, adapters.names(), placement);
      return new SanaPipeline(spec, adapters, placement, networks, lowMemory);
    } catch (TorchException | OutOfMemoryError e) {
      throw toDeviceMemoryException("loading the weights", e, placement);
    }
  }

  /**
   * On a processor what the system has at that moment; on a GPU what was left when the weights were
   * in, since the engine keeps what it once had.
   */
  private static Supplier<OptionalLong> freeMemory(DevicePlacement placement) {
    OptionalLong afterLoading = DeviceMemory.freeBytes(placement);
    return placement.gpu() < 0 ? () -> DeviceMemory.freeBytes(placement) : () -> afterLoading;
  }

  @Override
  public ModelInfo model() {
    return spec.info();
  }

  /** Where it runs, in what precision, and why: for the log at start. */
  public String description() {
    return "%s on %s in %s (%s)"
        .formatted(model().name(), model().device(), model().precision(), placement.reason());
  }

  @Override
  public int maxBatchImages(BatchKey shape) {
    try {
      return batchSizeEstimator.maxImages(spec.generatedSize(shape), spec.guidanceRows(shape));
    } catch (UnsupportedSizeException e) {
      return 1; // whoever draws it hears why it cannot be drawn
    }
  }

  @Override
  public GenerationResult generate(GenerationParams drawing, ProgressListener progress) {
    return generate(drawing, progress, PipelineProbe.NONE);
  }

  public GenerationResult generate(
      GenerationParams drawing, ProgressListener progress, PipelineProbe observer) {
    BatchResult result =
        generateBatch(List.of(drawing), new ProgressOnlyControl(progress), observer).get(0);
    if (result instanceof BatchResult.Failed failed) {
      throw failed.cause();
    }
    return ((BatchResult.Done) result).result();
  }

  @Override
  public List<BatchResult> generateBatch(List<GenerationParams> drawings, BatchControl progress) {
    return generateBatch(drawings, progress, PipelineProbe.NONE);
  }

  public synchronized List<BatchResult> generateBatch(
      List<GenerationParams> drawings, BatchControl progress, PipelineProbe observer) {
    BatchKey shape = Batch.commonKey(drawings);
    DenoisingLoop denoising = new DenoisingLoop(networks, spec, shape);
    Batch batch = new Batch(drawings, progress);
    try {
      networks.transformer().setAdapters(adapters.resolve(shape.adapters()));
      batch.encode(this::encodePrompt);
      new BatchRunner(batch, denoising, decoder, batchSizeEstimator, progress, observer).run();
      return batch.results();
    } catch (TorchException | OutOfMemoryError e) {
      throw toDeviceMemoryException("before or after denoising", e, placement);
    }
  }

  /** One under each guidance half: without the prompt first. */
  private List<PromptEmbeds> encodePrompt(GenerationParams drawing) {
    PromptEmbeds prompt = networks.textEncoder().encode(drawing.prompt(), drawing.instruction());
    return spec.guidanceRows(BatchKey.of(drawing)) == 2
        ? List.of(networks.textEncoder().encode(drawing.negativePrompt(), false), prompt)
        : List.of(prompt);
  }

  private static RuntimeException toDeviceMemoryException(
      String when, Throwable e, DevicePlacement placement) {
    if (!BatchSizeEstimator.isOutOfMemory(e)) {
      return (RuntimeException) e;
    }
    DeviceMemory.releaseCaches(placement);
    return new DeviceMemoryException("memory ran out %s: %s".formatted(when, e.getMessage()), e);
  }

  @Override
  public synchronized void close() {
    networks.close();
  }

  /** A single drawing is wanted for as long as its listener does not throw. */
  private record ProgressOnlyControl(ProgressListener progress) implements BatchControl {
    @Override
    public void onProgress(int done, int steps) {
      progress.onProgress(done, steps);
    }

    @Override
    public boolean shouldContinue(int drawing) {
      return true;
    }
  }
}
