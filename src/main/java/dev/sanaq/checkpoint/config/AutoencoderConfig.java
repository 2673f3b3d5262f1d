package dev.sanaq.checkpoint.config;

import java.util.List;

/**
 * The autoencoder's config, {@code vae/config.json}; names are those of diffusers' {@code
 * AutoencoderDC} (0.36.0). All norms are RMS norms.
 *
 * @param inChannels channels of an image, 3
 * @param latentChannels channels of a latent
 * @param attentionHeadDim width of an attention head in EfficientViT blocks
 * @param encoder the encoder's stages, from the image's resolution to the latent's
 * @param decoder the decoder's stages in the same order; the last runs first
 * @param upsample how the decoder upsamples
 * @param downsample how the encoder downsamples
 * @param encoderOutShortcut whether channel averages are added to the encoder's last convolution
 * @param decoderInShortcut whether repeated channels are added to the decoder's first convolution
 * @param decoderConvActivation activation before the decoder's last convolution
 * @param scalingFactor multiplies latents after encoding, divides them before decoding
 */
public record AutoencoderConfig(
    int inChannels,
    int latentChannels,
    int attentionHeadDim,
    List<AutoencoderStage> encoder,
    List<AutoencoderStage> decoder,
    Upsample upsample,
    Downsample downsample,
    boolean encoderOutShortcut,
    boolean decoderInShortcut,
    Activation decoderConvActivation,
    double scalingFactor) {

  /** Upsampling by 2 in the decoder. */
  public enum Upsample {
    /** A convolution to four times the channels, then pixel shuffle. */
    PIXEL_SHUFFLE,
    /** Nearest neighbour, then a convolution. */
    INTERPOLATE
  }

  /** Downsampling by 2 in the encoder. */
  public enum Downsample {
    /** A convolution to a quarter of the channels, then pixel unshuffle. */
    PIXEL_UNSHUFFLE,
    /** A convolution of stride 2. */
    CONV
  }

  public AutoencoderConfig {
    encoder = List.copyOf(encoder);
    decoder = List.copyOf(decoder);
  }

  /** Pixels per latent, each side: 32 in the published autoencoder. */
  public int spatialCompression() {
    return 1 << (encoder.size() - 1);
  }

  /** A copy with another scaling factor. */
  public AutoencoderConfig withScalingFactor(double factor) {
    return new AutoencoderConfig(
        inChannels,
        latentChannels,
        attentionHeadDim,
        encoder,
        decoder,
        upsample,
        downsample,
        encoderOutShortcut,
        decoderInShortcut,
        decoderConvActivation,
        factor);
  }
}
