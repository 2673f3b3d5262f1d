package dev.sanaq.train.eval;

import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.script.ScriptSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A TorchScript file that is called as Inception's: 48 features, the means of parts of an image.
 */
public final class SmallInception {
  /** Features of an image. */
  static final int FEATURES = 48;

  private SmallInception() {}

  /** Writes the file. */
  public static Path write(Path folder) throws IOException {
    Path file = folder.resolve("inception.pt");
    return Files.write(
        file,
        ScriptProgram.archive(new ScriptSource(SmallInception.class, "small_inception", Map.of())));
  }
}
