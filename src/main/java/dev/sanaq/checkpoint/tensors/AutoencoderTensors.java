package dev.sanaq.checkpoint.tensors;

import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.AutoencoderConfig.Downsample;
import dev.sanaq.checkpoint.config.AutoencoderConfig.Upsample;
import dev.sanaq.checkpoint.config.AutoencoderStage;
import dev.sanaq.checkpoint.config.AutoencoderStage.Block;
import java.util.List;

/**
 * The tensors of {@code AutoencoderDC} (diffusers 0.36.0, {@code
 * models/autoencoders/autoencoder_dc.py}).
 */
public final class AutoencoderTensors {
  /** Expansion ratio of GLUMBConv in the autoencoder. */
  private static final int EXPANSION = 4;

  private final AutoencoderConfig c;
  private final ExpectedTensors t = new ExpectedTensors();

  private AutoencoderTensors(AutoencoderConfig c) {
    this.c = c;
  }

  /** The tensors that the config requires. */
  public static ExpectedTensors of(AutoencoderConfig c) {
    AutoencoderTensors tensors = new AutoencoderTensors(c);
    tensors.encoder();
    tensors.decoder();
    return tensors.t;
  }

  private void encoder() {
    List<AutoencoderStage> stages = c.encoder();
    if (stages.get(0).layers() > 0) {
      t.conv("encoder.conv_in", c.inChannels(), stages.get(0).channels(), 3);
    } else {
      down("encoder.conv_in", c.inChannels(), stages.get(1).channels());
    }
    for (int i = 0; i < stages.size(); i++) {
      AutoencoderStage stage = stages.get(i);
      String prefix = "encoder.down_blocks." + i + ".";
      for (int j = 0; j < stage.layers(); j++) {
        layer(prefix + j, stage);
      }
      if (i < stages.size() - 1 && stage.layers() > 0) {
        down(prefix + stage.layers(), stage.channels(), stages.get(i + 1).channels());
      }
    }
    t.conv("encoder.conv_out", last(stages), c.latentChannels(), 3);
  }

  private void decoder() {
    List<AutoencoderStage> stages = c.decoder();
    t.conv("decoder.conv_in", c.latentChannels(), last(stages), 3);
    for (int i = stages.size() - 1; i >= 0; i--) {
      AutoencoderStage stage = stages.get(i);
      String prefix = "decoder.up_blocks." + i + ".";
      boolean upsamples = i < stages.size() - 1 && stage.layers() > 0;
      if (upsamples) {
        up(prefix + 0, stages.get(i + 1).channels(), stage.channels());
      }
      for (int j = 0; j < stage.layers(); j++) {
        layer(prefix + (upsamples ? j + 1 : j), stage);
      }
    }
    boolean full = stages.get(0).layers() > 0;
    int channels = stages.get(full ? 0 : 1).channels();
    t.normWithBias("decoder.norm_out", channels);
    if (full) {
      t.conv("decoder.conv_out", channels, c.inChannels(), 3);
    } else {
      up("decoder.conv_out", channels, c.inChannels());
    }
  }

  private void down(String prefix, int in, int out) {
    int convolved = c.downsample() == Downsample.PIXEL_UNSHUFFLE ? out / 4 : out;
    t.conv(prefix + ".conv", in, convolved, 3);
  }

  private void up(String prefix, int in, int out) {
    long convolved = c.upsample() == Upsample.PIXEL_SHUFFLE ? 4L * out : out;
    t.conv(prefix + ".conv", in, convolved, 3);
  }

  private void layer(String prefix, AutoencoderStage stage) {
    if (stage.block() == Block.RES_BLOCK) {
      residual(prefix, stage.channels());
    } else {
      efficientVit(prefix, stage);
    }
  }

  private void residual(String prefix, int channels) {
    t.conv(prefix + ".conv1", channels, channels, 3);
    t.convWithoutBias(prefix + ".conv2", channels, channels, 3);
    t.normWithBias(prefix + ".norm", channels);
  }

  private void efficientVit(String prefix, AutoencoderStage stage) {
    int channels = stage.channels();
    int headDim = c.attentionHeadDim();
    int inner = channels / headDim * headDim;
    for (String projection : new String[] {".to_q", ".to_k", ".to_v"}) {
      t.linearWithoutBias(prefix + ".attn" + projection, channels, inner);
    }
    for (int i = 0; i < stage.scales().size(); i++) {
      String scale = prefix + ".attn.to_qkv_multiscale." + i;
      t.convWithoutBias(scale + ".proj_in", 1, 3L * inner, stage.scales().get(i));
      t.convWithoutBias(scale + ".proj_out", headDim, 3L * inner, 1);
    }
    t.linearWithoutBias(prefix + ".attn.to_out", inner * (1L + stage.scales().size()), channels);
    t.normWithBias(prefix + ".attn.norm_out", channels);
    long hidden = (long) EXPANSION * channels;
    t.conv(prefix + ".conv_out.conv_inverted", channels, 2 * hidden, 1);
    t.conv(prefix + ".conv_out.conv_depth", 1, 2 * hidden, 3);
    t.convWithoutBias(prefix + ".conv_out.conv_point", hidden, channels, 1);
    t.normWithBias(prefix + ".conv_out.norm", channels);
  }

  private static int last(List<AutoencoderStage> stages) {
    return stages.get(stages.size() - 1).channels();
  }
}
