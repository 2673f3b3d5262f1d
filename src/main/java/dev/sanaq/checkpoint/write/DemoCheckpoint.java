package dev.sanaq.checkpoint.write;

import dev.sanaq.checkpoint.read.ModelIndex;
import dev.sanaq.checkpoint.read.StepCacheFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** The bundled checkpoint: emoji at 128 pixels, trained by this project's trainer. */
public final class DemoCheckpoint {
  /** The name of the checkpoint and of its folder. */
  public static final String NAME = "sanaq-emoji";

  private static final List<String> FILES =
      List.of(
          "LICENSES.txt",
          "README.md",
          "controlnets/canny/config.json",
          "controlnets/canny/diffusion_pytorch_model.safetensors",
          "latent_rgb_factors.json",
          "scheduler/scheduler_config.json",
          StepCacheFile.FILE,
          "text_encoder/config.json",
          "text_encoder/model.safetensors",
          "tokenizer/special_tokens_map.json",
          "tokenizer/tokenizer.json",
          "tokenizer/tokenizer_config.json",
          "transformer/config.json",
          "transformer/diffusion_pytorch_model.safetensors",
          "vae/config.json",
          "vae/diffusion_pytorch_model.safetensors",
          ModelIndex.FILE);

  private DemoCheckpoint() {}

  /**
   * Unpacks the checkpoint; replaces existing files.
   *
   * @param parent of the checkpoint's folder
   * @return the checkpoint's folder
   * @throws UncheckedIOException if it cannot be written
   */
  public static Path write(Path parent) {
    Path folder = parent.resolve(NAME);
    try {
      for (String name : FILES) {
        Path file = folder.resolve(name);
        Files.createDirectories(file.resolveSibling(""));
        try (InputStream in = openResource(name)) {
          Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack the checkpoint into " + folder, e);
    }
  }

  private static InputStream openResource(String name) throws IOException {
    InputStream in = DemoCheckpoint.class.getResourceAsStream("/checkpoints/" + NAME + "/" + name);
    if (in == null) {
      throw new FileNotFoundException("no resource checkpoints/" + NAME + "/" + name);
    }
    return in;
  }
}
