package dev.sanaq.train;

import dev.sanaq.sana.autoencoder.Autoencoder;
import dev.sanaq.sana.checkpoint.AutoencoderConfig;
import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.checkpoint.NetworkFolder;
import dev.sanaq.torch.Placement;
import java.nio.file.Path;

/**
 * The folders of what the transformer is trained between.
 *
 * @param autoencoder as {@code vae} of a checkpoint
 * @param tokenizer as {@code tokenizer} of a checkpoint
 * @param start where the transformer's weights begin
 */
public record Models(Path autoencoder, Path tokenizer, StartingPoint start) {
  /** An autoencoder and a tokenizer that were trained before; transformer and text encoder anew. */
  public static Models fresh(Path autoencoder, Path tokenizer) {
    return new Models(autoencoder, tokenizer, new StartingPoint.Fresh());
  }

  /** All parts of a checkpoint. */
  public static Models fineTuning(Path checkpoint) {
    return new Models(
        checkpoint.resolve("vae"),
        checkpoint.resolve("tokenizer"),
        new StartingPoint.FineTuning(Checkpoint.open(checkpoint)));
  }

  /** All parts of a checkpoint, and an adapter for its transformer. */
  public static Models adapting(Path checkpoint, AdapterSettings adapter) {
    return new Models(
        checkpoint.resolve("vae"),
        checkpoint.resolve("tokenizer"),
        new StartingPoint.Adapting(Checkpoint.open(checkpoint), adapter));
  }

  AutoencoderConfig autoencoderConfig() {
    if (start instanceof StartingPoint.FineTuning tuning) {
      return tuning.checkpoint().autoencoder();
    }
    return start instanceof StartingPoint.Adapting adapting
        ? adapting.checkpoint().autoencoder()
        : NetworkFolder.autoencoder(autoencoder).config();
  }

  Autoencoder loadAutoencoder(Placement placement) {
    if (start instanceof StartingPoint.FineTuning tuning) {
      return Autoencoder.load(tuning.checkpoint(), placement);
    }
    if (start instanceof StartingPoint.Adapting adapting) {
      return Autoencoder.load(adapting.checkpoint(), placement);
    }
    NetworkFolder<AutoencoderConfig> own = NetworkFolder.autoencoder(autoencoder);
    return Autoencoder.load(own.config(), own.tensors(), placement);
  }
}
