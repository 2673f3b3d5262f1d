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
 * The models that a transformer is trained with.
 *
 * @param autoencoder folder like {@code vae} of a checkpoint
 * @param tokenizer folder like {@code tokenizer} of a checkpoint
 * @param start initial weights of the transformer
 */
public record BaseModels(Path autoencoder, Path tokenizer, StartingPoint start) {
  /**
   * A trained autoencoder and tokenizer; transformer and text encoder start from random weights.
   */
  public static BaseModels fromScratch(Path autoencoder, Path tokenizer) {
    return new BaseModels(autoencoder, tokenizer, new StartingPoint.FromScratch());
  }

  /** All components of a checkpoint; its transformer is fine-tuned. */
  public static BaseModels fineTune(Path checkpoint) {
    return new BaseModels(
        checkpoint.resolve("vae"),
        checkpoint.resolve("tokenizer"),
        new StartingPoint.FineTune(Checkpoint.open(checkpoint)));
  }

  /** All components of a checkpoint, frozen, and a LoRA adapter for its transformer. */
  public static BaseModels lora(Path checkpoint, LoraConfig config) {
    return new BaseModels(
        checkpoint.resolve("vae"),
        checkpoint.resolve("tokenizer"),
        new StartingPoint.Lora(Checkpoint.open(checkpoint), config));
  }

  /** Configuration of the autoencoder. */
  public AutoencoderConfig autoencoderConfig() {
    return start
        .base()
        .map(Checkpoint::autoencoder)
        .orElseGet(() -> ComponentFolder.openAutoencoder(autoencoder).config());
  }

  AutoencoderDC loadAutoencoder(DevicePlacement placement) {
    return start
        .base()
        .map(checkpoint -> AutoencoderDC.load(checkpoint, placement))
        .orElseGet(() -> loadFromFolder(placement));
  }

  private AutoencoderDC loadFromFolder(DevicePlacement placement) {
    ComponentFolder<AutoencoderConfig> vae = ComponentFolder.openAutoencoder(autoencoder);
    return AutoencoderDC.load(vae.config(), vae.tensors(), placement);
  }
}
