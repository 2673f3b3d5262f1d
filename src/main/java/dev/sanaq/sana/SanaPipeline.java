package dev.sanaq.sana;

import dev.sanaq.image.Pixels;
import dev.sanaq.image.Planes;
import dev.sanaq.image.Resize;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.Size;
import dev.sanaq.sana.autoencoder.Autoencoder;
import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.solver.Schedule;
import dev.sanaq.sana.text.Caption;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.sana.transformer.LinearTransformer;
import dev.sanaq.torch.Devices;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.TorchException;
import dev.sanaq.torch.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Text to pictures: encode, denoise, decode (paper, figure 5; diffusers {@code SanaPipeline} and
 * {@code SanaSprintPipeline}). Draws for one caller at a time; others wait.
 */
public final class SanaPipeline implements Painter {
  /** Pixels denoised in one batch; more pictures take several. */
  private static final long BATCH_PIXELS = 4L << 20;

  /** Larger pictures are decoded in tiles: 1024 pixels that overlap by 128 show no seams. */
  private static final long WHOLE_PIXELS = 3L << 19;

  private static final int TILE = 1024;
  private static final int STRIDE = 896;

  private final ModelSpec spec;
  private final Placement placement;
  private final TextEncoder text;
  private final LinearTransformer transformer;
  private final Autoencoder autoencoder;
  private final Sampler sampler;

  private SanaPipeline(
      ModelSpec spec,
      Placement placement,
      TextEncoder text,
      LinearTransformer transformer,
      Autoencoder autoencoder,
      Sampler sampler) {
    this.spec = spec;
    this.placement = placement;
    this.text = text;
    this.transformer = transformer;
    this.autoencoder = autoencoder;
    this.sampler = sampler;
  }

  /**
   * Loads a checkpoint.
   *
   * @throws dev.sanaq.sana.checkpoint.CheckpointException where something in it is not as it must
   *     be
   * @throws IllegalArgumentException where an option is unknown or asks for what is not there
   */
  public static SanaPipeline load(Path folder, PipelineOptions options) {
    Checkpoint checkpoint =
        options.variant().isEmpty()
            ? Checkpoint.open(folder)
            : Checkpoint.open(folder, options.variant());
    Placement placement = Devices.choose(options.device(), options.precision());
    Torch.setThreads(options.threads() > 0 ? options.threads() : Devices.physicalCores());
    return load(checkpoint, placement, TextEncoder::load);
  }

  static SanaPipeline load(
      Checkpoint checkpoint,
      Placement placement,
      BiFunction<Checkpoint, Placement, TextEncoder> textLoader) {
    List<AutoCloseable> loaded = new ArrayList<>();
    try {
      TextEncoder text = keep(loaded, textLoader.apply(checkpoint, textPlacement(placement)));
      LinearTransformer transformer = keep(loaded, LinearTransformer.load(checkpoint, placement));
      Autoencoder autoencoder = keep(loaded, Autoencoder.load(checkpoint, placement));
      return new SanaPipeline(
          ModelSpec.of(checkpoint, placement),
          placement,
          text,
          transformer,
          autoencoder,
          keep(loaded, new Sampler(placement)));
    } catch (RuntimeException e) {
      closeAll(loaded, e);
      throw asOutOfMemory(e);
    }
  }

  /** Gemma's activations overflow fp16. */
  private static Placement textPlacement(Placement placement) {
    return placement.precision() == Precision.FP16 ? placement.in(Precision.FP32) : placement;
  }

  private static <T extends AutoCloseable> T keep(List<AutoCloseable> loaded, T part) {
    loaded.add(part);
    return part;
  }

  private static void closeAll(List<AutoCloseable> parts, Exception cause) {
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception e) {
        cause.addSuppressed(e);
      }
    }
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
  public Drawn draw(Drawing drawing, Progress progress) {
    return draw(drawing, progress, (done, latents) -> {});
  }

  @Override
  public List<BatchResult> drawTogether(List<Drawing> drawings, BatchProgress progress) {
    List<BatchResult> results = new ArrayList<>();
    for (int i = 0; i < drawings.size(); i++) {
      results.add(
          progress.wanted(i)
              ? new BatchResult.Done(draw(drawings.get(i), progress))
              : new BatchResult.Dropped());
    }
    return results;
  }

  @Override
  public int picturesTogether(Shape shape) {
    return (int) Math.max(1, BATCH_PIXELS / ((long) shape.height() * shape.width()));
  }

  synchronized Drawn draw(Drawing drawing, Progress progress, Sampler.Observer observer) {
    try {
      return drawAll(drawing, progress, observer);
    } catch (TorchException | OutOfMemoryError e) {
      throw asOutOfMemory(e);
    }
  }

  private static RuntimeException asOutOfMemory(Throwable e) {
    if (e instanceof OutOfMemoryError
        || (e instanceof TorchException torch && torch.isOutOfMemory())) {
      return new OutOfMemoryException("memory ran out: " + e.getMessage(), e);
    }
    return (RuntimeException) e;
  }

  private Drawn drawAll(Drawing drawing, Progress progress, Sampler.Observer observer) {
    StageClock clock = new StageClock();
    Size size = spec.drawnSize(drawing);
    Schedule schedule = spec.schedule(drawing);
    List<Caption> captions = captions(drawing);
    clock.charge("text");
    int perBatch = (int) Math.max(1, BATCH_PIXELS / ((long) size.height() * size.width()));
    int batches = (drawing.count() + perBatch - 1) / perBatch;
    int all = batches * drawing.steps();
    progress.stepped(0, all);
    List<RgbImage> images = new ArrayList<>();
    for (int batch = 0; batch < batches; batch++) {
      int done = batch * drawing.steps();
      long[] seeds = seeds(drawing, batch * perBatch, perBatch);
      Sampler.Observer both =
          (steps, latents) -> {
            observer.stepped(steps, latents);
            progress.stepped(done + steps, all);
          };
      try (Value latents = denoise(drawing, captions, schedule, seeds, size, both)) {
        clock.charge("denoise");
        for (int i = 0; i < seeds.length; i++) {
          images.add(finish(latents, i, size, drawing, clock));
        }
      }
    }
    return new Drawn(images, clock.spent());
  }

  /** One under each guidance half: without the prompt first. */
  private List<Caption> captions(Drawing drawing) {
    Caption prompt = text.encode(drawing.prompt(), drawing.instruction());
    return spec.guides(drawing)
        ? List.of(text.encode(drawing.negativePrompt(), false), prompt)
        : List.of(prompt);
  }

  private static long[] seeds(Drawing drawing, int from, int most) {
    int count = Math.min(most, drawing.count() - from);
    long[] seeds = new long[count];
    Arrays.setAll(seeds, i -> drawing.seed() + from + i);
    return seeds;
  }

  private Value denoise(
      Drawing drawing,
      List<Caption> captions,
      Schedule schedule,
      long[] seeds,
      Size size,
      Sampler.Observer observer) {
    int height = size.height() / spec.compression();
    int width = size.width() / spec.compression();
    float[] guidance = new float[seeds.length];
    Arrays.fill(guidance, (float) drawing.guidanceScale());
    List<Caption> rows = new ArrayList<>();
    captions.forEach(caption -> rows.addAll(Collections.nCopies(seeds.length, caption)));
    try (Value attended = transformer.attend(rows);
        Value modulation =
            transformer.modulate(
                spec.timesteps(schedule, drawing.solver()), 1, new float[] {guidance[0]});
        Value positions = transformer.positions(height, width)) {
      Sampler.Network network =
          (latents, scale, step) ->
              transformer.predict(latents, scale, modulation, step, positions, attended);
      long[] shape = {1, spec.transformer().inChannels(), height, width};
      return sampler.denoise(network, schedule, seeds, guidance, shape, observer);
    }
  }

  private RgbImage finish(Value latents, int i, Size size, Drawing drawing, StageClock clock) {
    Planes planes;
    try (Value one = sampler.picture(latents, i, autoencoder.scalingFactor());
        Value decoded = decode(one, size)) {
      planes = new Planes(size.height(), size.width(), decoded.toFloats());
    }
    clock.charge("decode");
    Size asked = new Size(drawing.height(), drawing.width());
    RgbImage image = Pixels.toRgb(Resize.coverAndCrop(planes, asked));
    clock.charge("resize");
    return image;
  }

  private Value decode(Value latents, Size size) {
    return (long) size.height() * size.width() > WHOLE_PIXELS
        ? autoencoder.decodeTiled(latents, TILE, STRIDE)
        : autoencoder.decode(latents);
  }

  @Override
  public synchronized void close() {
    sampler.close();
    autoencoder.close();
    transformer.close();
    text.close();
  }
}
