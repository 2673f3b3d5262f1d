package dev.sanaq.sana.pipeline;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.sana.autoencoder.AutoencoderDC;
import dev.sanaq.sana.autoencoder.LatentEncoder;
import dev.sanaq.sana.control.ControlNetRegistry;
import dev.sanaq.sana.denoise.Sampler;
import dev.sanaq.sana.preview.LatentRgbFactors;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.sana.transformer.SanaTransformer;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * The networks of a checkpoint, loaded; except for the autoencoder's encoder and the ControlNets,
 * which load on first use. One caller at a time.
 */
record Networks(
    TextEncoder textEncoder,
    SanaTransformer transformer,
    AutoencoderDC autoencoder,
    LatentEncoder latentEncoder,
    ControlNetRegistry controlNets,
    Sampler sampler,
    Optional<LatentRgbFactors> previewFactors)
    implements AutoCloseable {

  /**
   * Loads all networks; if one fails, closes the others. The text encoder and the decoder load on
   * threads of their own.
   */
  static Networks load(
      Checkpoint checkpoint,
      DevicePlacement placement,
      BiFunction<Checkpoint, DevicePlacement, TextEncoder> textLoader) {
    List<AutoCloseable> loaded = Collections.synchronizedList(new ArrayList<>());
    CompletableFuture<TextEncoder> text =
        load(
            "text-encoder",
            () -> register(loaded, textLoader.apply(checkpoint, textPlacement(placement))));
    CompletableFuture<AutoencoderDC> decoder =
        load(
            "decoder",
            () ->
                register(
                    loaded, AutoencoderDC.loadDecoder(checkpoint, placement.withoutEightBit())));
    try {
      return new Networks(
          register(loaded, SanaTransformer.load(checkpoint, placement)),
          decoder,
          new LatentEncoder(checkpoint, placement.withoutEightBit()),
          ControlNetRegistry.list(checkpoint, placement),
          register(loaded, new Sampler(placement)),
          LatentRgbFactors.read(checkpoint.folder(), checkpoint.autoencoder().latentChannels()),
          text);
    } catch (RuntimeException | Error e) {
      // They register themselves for closing.
      text.handle((encoder, failure) -> true).join();
      decoder.handle((part, failure) -> true).join();
      Throwable cause = unwrap(e);
      closeAll(loaded, cause);
      throw unchecked(cause);
    }
  }

  private Networks(
      SanaTransformer transformer,
      CompletableFuture<AutoencoderDC> decoder,
      LatentEncoder latentEncoder,
      ControlNetRegistry controlNets,
      Sampler sampler,
      Optional<LatentRgbFactors> previewFactors,
      CompletableFuture<TextEncoder> text) {
    this(
        text.join(),
        transformer,
        decoder.join(),
        latentEncoder,
        controlNets,
        sampler,
        previewFactors);
  }

  /** Runs on a thread that inherits this one's class loader, with which DJL finds its libraries. */
  private static <T> CompletableFuture<T> load(String part, Supplier<T> loader) {
    return CompletableFuture.supplyAsync(
        loader, task -> new Thread(task, "sanaq-load-" + part).start());
  }

  /** join() wraps the other thread's exception. */
  private static Throwable unwrap(Throwable e) {
    Throwable wrapped = e.getCause();
    return e instanceof CompletionException && wrapped != null ? wrapped : e;
  }

  private static RuntimeException unchecked(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return (RuntimeException) cause;
  }

  /** Gemma's activations overflow fp16. */
  private static DevicePlacement textPlacement(DevicePlacement placement) {
    return placement.precision() == Precision.FP16
        ? placement.withPrecision(Precision.FP32)
        : placement.withoutEightBit();
  }

  private static <T extends AutoCloseable> T register(List<AutoCloseable> loaded, T part) {
    loaded.add(part);
    return part;
  }

  private static void closeAll(List<AutoCloseable> parts, Throwable cause) {
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception e) {
        cause.addSuppressed(e);
      }
    }
  }

  @Override
  public void close() {
    sampler.close();
    controlNets.close();
    latentEncoder.close();
    autoencoder.close();
    transformer.close();
    textEncoder.close();
  }
}
