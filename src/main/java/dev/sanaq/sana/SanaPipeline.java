package dev.sanaq.sana;

import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.text.Caption;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.torch.DeviceMemory;
import dev.sanaq.torch.Devices;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.TorchException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Text to pictures: encode, denoise, decode (paper, figure 5; diffusers {@code SanaPipeline} and
 * {@code SanaSprintPipeline}). Draws for one caller at a time; others wait.
 */
public final class SanaPipeline implements Painter {
  private final ModelSpec spec;
  private final Adapters adapters;
  private final Placement placement;
  private final Networks networks;
  private final PictureDecoder decoder;
  private final Capacity capacity;

  private SanaPipeline(
      ModelSpec spec,
      Adapters adapters,
      Placement placement,
      Networks networks,
      boolean lowMemory) {
    this.spec = spec;
    this.adapters = adapters;
    this.placement = placement;
    this.networks = networks;
    Supplier<OptionalLong> free = freeMemory(placement);
    this.decoder = new PictureDecoder(networks.autoencoder(), placement, free, lowMemory);
    this.capacity = new Capacity(spec.transformer(), spec.compression(), placement, free);
  }

  /**
   * Loads a checkpoint.
   *
   * @throws dev.sanaq.sana.checkpoint.CheckpointException where something in it is not as it must
   *     be
   * @throws IllegalArgumentException where an option is unknown or asks for what is not there
   * @throws OutOfMemoryException where memory does not hold the weights
   */
  public static SanaPipeline load(Path folder, PipelineOptions options) {
    Checkpoint checkpoint =
        options.variant().isEmpty()
            ? Checkpoint.open(folder)
            : Checkpoint.open(folder, options.variant());
    Placement placement = Devices.choose(options.device(), options.precision());
    Torch.setThreads(options.threads() > 0 ? options.threads() : Devices.physicalCores());
    return load(
        checkpoint,
        Adapters.of(checkpoint, options.adapters()),
        placement,
        options.lowMemory() ? TextEncoder::loadSparing : TextEncoder::load,
        options.lowMemory());
  }

  static SanaPipeline load(
      Checkpoint checkpoint,
      Placement placement,
      BiFunction<Checkpoint, Placement, TextEncoder> textLoader) {
    return load(checkpoint, Adapters.of(checkpoint, List.of()), placement, textLoader, false);
  }

  private static SanaPipeline load(
      Checkpoint checkpoint,
      Adapters adapters,
      Placement placement,
      BiFunction<Checkpoint, Placement, TextEncoder> textLoader,
      boolean lowMemory) {
    try {
      boolean adaptable = !adapters.names().isEmpty();
      Networks networks = Networks.load(checkpoint, placement, adaptable, textLoader);
      ModelSpec spec = ModelSpec.of(checkpoint, adapters.names(), placement);
      return new SanaPipeline(spec, adapters, placement, networks, lowMemory);
    } catch (TorchException | OutOfMemoryError e) {
      throw asOutOfMemory("loading the weights", e, placement);
    }
  }

  /**
   * On a processor what the system has at that moment; on a GPU what was left when the weights were
   * in, since the engine keeps what it once had.
   */
  private static Supplier<OptionalLong> freeMemory(Placement placement) {
    OptionalLong afterLoading = DeviceMemory.free(placement);
    return placement.gpu() < 0 ? () -> DeviceMemory.free(placement) : () -> afterLoading;
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
  public int picturesTogether(Shape shape) {
    try {
      return capacity.pictures(spec.drawnSize(shape), spec.halves(shape));
    } catch (UnsupportedSizeException e) {
      return 1; // whoever draws it hears why it cannot be drawn
    }
  }

  @Override
  public Drawn draw(Drawing drawing, Progress progress) {
    return draw(drawing, progress, Observer.NONE);
  }

  Drawn draw(Drawing drawing, Progress progress, Observer observer) {
    BatchResult result = drawTogether(List.of(drawing), new Wanted(progress), observer).get(0);
    if (result instanceof BatchResult.Failed failed) {
      throw failed.cause();
    }
    return ((BatchResult.Done) result).drawn();
  }

  @Override
  public List<BatchResult> drawTogether(List<Drawing> drawings, BatchProgress progress) {
    return drawTogether(drawings, progress, Observer.NONE);
  }

  synchronized List<BatchResult> drawTogether(
      List<Drawing> drawings, BatchProgress progress, Observer observer) {
    Shape shape = Batch.shape(drawings);
    Denoising denoising = new Denoising(networks, spec, shape);
    Batch batch = new Batch(drawings, progress);
    try {
      networks.transformer().adapt(adapters.of(shape.adapters()));
      batch.encode(this::captions);
      new Passes(batch, denoising, decoder, capacity, progress, observer).run();
      return batch.results();
    } catch (TorchException | OutOfMemoryError e) {
      throw asOutOfMemory("before or after denoising", e, placement);
    }
  }

  /** One under each guidance half: without the prompt first. */
  private List<Caption> captions(Drawing drawing) {
    Caption prompt = networks.text().encode(drawing.prompt(), drawing.instruction());
    return spec.halves(Shape.of(drawing)) == 2
        ? List.of(networks.text().encode(drawing.negativePrompt(), false), prompt)
        : List.of(prompt);
  }

  private static RuntimeException asOutOfMemory(String when, Throwable e, Placement placement) {
    if (!Capacity.ranOut(e)) {
      return (RuntimeException) e;
    }
    DeviceMemory.releaseCaches(placement);
    return new OutOfMemoryException("memory ran out %s: %s".formatted(when, e.getMessage()), e);
  }

  @Override
  public synchronized void close() {
    networks.close();
  }

  /** A single drawing is wanted for as long as its listener does not throw. */
  private record Wanted(Progress progress) implements BatchProgress {
    @Override
    public void stepped(int done, int steps) {
      progress.stepped(done, steps);
    }

    @Override
    public boolean wanted(int drawing) {
      return true;
    }
  }
}
