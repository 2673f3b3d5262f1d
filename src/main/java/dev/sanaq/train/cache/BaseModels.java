package dev.sanaq.train.cache;

import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.read.ComponentFolder;
import dev.sanaq.sana.autoencoder.AutoencoderDC;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.train.config.LoraConfig;
import dev.sanaq.train.config.StartingPoint;
import java.nio.file.Path;

/**
 * The folders of what the transformer is trained between.
 *
 * @param autoencoder as {@code vae} of a checkpoint
 * @param tokenizer as {@code tokenizer} of a checkpoint
 * @param start where the transformer's weights begin
 */
public record BaseModels(Path autoencoder, Path tokenizer, StartingPoint start) {
  /** An autoencoder and a tokenizer that were trained before; transformer and text encoder anew. */
  public static BaseModels fromScratch(Path autoencoder, Path tokenizer) {
    return new BaseModels(autoencoder, tokenizer, new StartingPoint.FromScratch());
  }

  /** All parts of a checkpoint. */
  public static BaseModels fineTune(Path checkpoint) {
    return new BaseModels(
        checkpoint.resolve("vae"),
        checkpoint.resolve("tokenizer"),
        new StartingPoint.FineTune(Checkpoint.open(checkpoint)));
  }

  /** All parts of a checkpoint, and an adapter for its transformer. */
  public static BaseModels lora(Path checkpoint, LoraConfig adapter) {
    return new BaseModels(
        checkpoint.resolve("vae"),
        checkpoint.resolve("tokenizer"),
        new StartingPoint.Lora(Checkpoint.open(checkpoint), adapter));
  }

  public AutoencoderConfig autoencoderConfig() {
    if (start instanceof StartingPoint.FineTune tuning) {
      return tuning.checkpoint().autoencoder();
    }
    return start instanceof StartingPoint.Lora adapting
        ? adapting.checkpoint().autoencoder()
        : ComponentFolder.openAutoencoder(autoencoder).config();
  }

  AutoencoderDC loadAutoencoder(DevicePlacement placement) {
    if (start instanceof StartingPoint.FineTune tuning) {
      return AutoencoderDC.load(tuning.checkpoint(), placement);
    }
    if (start instanceof StartingPoint.Lora adapting) {
      return AutoencoderDC.load(adapting.checkpoint(), placement);
    }
    ComponentFolder<AutoencoderConfig> own = ComponentFolder.openAutoencoder(autoencoder);
    return AutoencoderDC.load(own.config(), own.tensors(), placement);
  }
}
