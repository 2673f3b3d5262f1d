package dev.sanaq.train.eval;

import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PillowResizer;
import dev.sanaq.image.RgbImage;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The features of an image for FID and KID, by a TorchScript file whose {@code forward(images,
 * return_features)} takes levels from 0 to 255 as (1, 3, 299, 299): as the file {@code
 * inception-2015-12-05.pt} that StyleGAN's metrics and clean-fid use. Images are resized as Pillow
 * does (bicubic, with antialiasing), in 8 bits. Runs on the CPU; for one thread at a time.
 */
public final class InceptionModel implements AutoCloseable {
  private static final int IMAGE_SIZE = 299;

  private final ScriptProgram program;

  private InceptionModel(ScriptProgram program) {
    this.program = program;
  }

  /**
   * Loads the model.
   *
   * @throws IllegalArgumentException if the file is missing or invalid
   */
  public static InceptionModel open(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException("%s is missing: a TorchScript file".formatted(file));
    }
    try {
      return new InceptionModel(ScriptProgram.open(file, DevicePlacement.cpu(Precision.FP32)));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "%s is not a TorchScript file: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * The features of an image.
   *
   * @throws dev.sanaq.torch.TorchException if the method is missing or fails
   */
  float[] features(RgbImage image) {
    byte[] samples =
        PillowResizer.resize(
                image, new ImageSize(IMAGE_SIZE, IMAGE_SIZE), PillowResizer.Filter.BICUBIC)
            .samples();
    int pixels = IMAGE_SIZE * IMAGE_SIZE;
    float[] planes = new float[samples.length];
    for (int i = 0; i < pixels; i++) {
      for (int channel = 0; channel < 3; channel++) {
        planes[channel * pixels + i] = samples[3 * i + channel] & 0xff;
      }
    }
    try (ScriptValue levels = ScriptValue.floats(planes, 1, 3, IMAGE_SIZE, IMAGE_SIZE);
        ScriptValue returnFeatures = ScriptValue.of(true);
        ScriptValue features = program.call("forward", levels, returnFeatures)) {
      return features.toFloats();
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
