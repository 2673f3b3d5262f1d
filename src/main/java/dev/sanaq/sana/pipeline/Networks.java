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
   * Loads all networks; if one fails, closes the others. The text encoder loads on its own thread.
   */
  static Networks load(
      Checkpoint checkpoint,
      DevicePlacement placement,
      BiFunction<Checkpoint, DevicePlacement, TextEncoder> textLoader) {
    List<AutoCloseable> loaded = Collections.synchronizedList(new ArrayList<>());
    CompletableFuture<TextEncoder> text =
        CompletableFuture.supplyAsync(
            () -> register(loaded, textLoader.apply(checkpoint, textPlacement(placement))),
            // Inherits this thread's class loader, with which DJL finds its libraries.
            task -> new Thread(task, "sanaq-load-text-encoder").start());
    try {
      return new Networks(
          register(loaded, SanaTransformer.load(checkpoint, placement)),
          register(loaded, AutoencoderDC.loadDecoder(checkpoint, placement.withoutEightBit())),
          new LatentEncoder(checkpoint, placement.withoutEightBit()),
          ControlNetRegistry.list(checkpoint, placement),
          register(loaded, new Sampler(placement)),
          LatentRgbFactors.read(checkpoint.folder(), checkpoint.autoencoder().latentChannels()),
          text);
    } catch (RuntimeException | Error e) {
      text.handle((encoder, failure) -> true).join(); // registers it for closing
      Throwable cause = unwrap(e);
      closeAll(loaded, cause);
      throw unchecked(cause);
    }
  }

  private Networks(
      SanaTransformer transformer,
      AutoencoderDC autoencoder,
      LatentEncoder latentEncoder,
      ControlNetRegistry controlNets,
      Sampler sampler,
      Optional<LatentRgbFactors> previewFactors,
      CompletableFuture<TextEncoder> text) {
    this(
        text.join(), transformer, autoencoder, latentEncoder, controlNets, sampler, previewFactors);
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
