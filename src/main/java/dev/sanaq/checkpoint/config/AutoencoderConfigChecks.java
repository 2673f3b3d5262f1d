package dev.sanaq.checkpoint.config;

import dev.sanaq.checkpoint.config.AutoencoderConfig.Downsample;
import dev.sanaq.checkpoint.config.AutoencoderStage.Block;
import java.util.List;

/** Checks that the sizes of an autoencoder's config fit together: stages, shortcuts, heads. */
final class AutoencoderConfigChecks {
  private final ConfigObjectReader f;
  private final AutoencoderConfig config;

  AutoencoderConfigChecks(ConfigObjectReader f, AutoencoderConfig config) {
    this.f = f;
    this.config = config;
  }

  void check() {
    checkSide("encoder", config.encoder());
    checkSide("decoder", config.decoder());
    int encoders = config.encoder().size();
    if (config.decoder().size() != encoders) {
      String what = "%s stages as the encoder has".formatted(encoders);
      f.reject("decoder_block_out_channels", what, config.decoder().size());
    }
    checkLatent("encoder_out_shortcut", config.encoderOutShortcut(), config.encoder());
    checkLatent("decoder_in_shortcut", config.decoderInShortcut(), config.decoder());
  }

  private void checkSide(String side, List<AutoencoderStage> stages) {
    for (int i = 0; i < stages.size(); i++) {
      AutoencoderStage stage = stages.get(i);
      if (stage.layers() == 0 && i > 0) {
        f.reject(side + "_layers_per_block", "0 only for the first stage", "0 for stage " + i);
      }
      if (stage.block() == Block.EFFICIENT_VIT_BLOCK) {
        checkAttention(side, stage);
      }
      if (i > 0 && stages.get(i - 1).layers() > 0) {
        checkShortcut(side, stages.get(i - 1).channels(), stage.channels());
      }
      boolean halves = side.equals("encoder") && i > 0;
      boolean quarters = halves && config.downsample() == Downsample.PIXEL_UNSHUFFLE;
      if (quarters && stage.channels() % 4 != 0) {
        f.reject("encoder_block_out_channels", "multiples of 4 after the first", stage.channels());
      }
    }
  }

  private void checkAttention(String side, AutoencoderStage stage) {
    if (stage.channels() < config.attentionHeadDim()) {
      String what = "at least attention_head_dim = %s in an EfficientViTBlock";
      f.reject(
          side + "_block_out_channels",
          what.formatted(config.attentionHeadDim()),
          stage.channels());
    }
    for (int scale : stage.scales()) {
      if (scale % 2 == 0) {
        f.reject(side + "_qkv_multiscales", "odd kernel sizes", scale);
      }
    }
  }

  /** Shortcuts average or repeat whole groups of the fourfold channels. */
  private void checkShortcut(String side, int finer, int coarser) {
    if (finer * 4 % coarser != 0) {
      String what = "a divisor of 4 * %s after it".formatted(finer);
      f.reject(side + "_block_out_channels", what, coarser);
    }
  }

  private void checkLatent(String key, boolean shortcut, List<AutoencoderStage> stages) {
    int last = stages.get(stages.size() - 1).channels();
    if (shortcut && last % config.latentChannels() != 0) {
      String what = "false where %s channels are no multiple of %s latent ones";
      f.reject(key, what.formatted(last, config.latentChannels()), true);
    }
  }
}
