package dev.sanaq.nativeimage;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Quarkus unpacks snappy's library over the file of the same name in the temporary folder. A second
 * process on the machine overwrites what the first one has mapped, and the first one crashes at its
 * next call into the library. Here each process has a file of its own.
 */
@TargetClass(className = "io.quarkus.kafka.client.runtime.SnappyRecorder")
final class SnappyRecorderSubstitution {
  private SnappyRecorderSubstitution() {}

  @Substitute
  static File extractLibraryFile(URL library, String name) {
    String folder =
        System.getProperty("org.xerial.snappy.tempdir", System.getProperty("java.io.tmpdir"));
    try (InputStream in = library.openStream()) {
      Path file = Files.createTempFile(Path.of(folder), "sanaq-", "-" + name);
      file.toFile().deleteOnExit();
      Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
      return file.toFile();
    } catch (IOException e) {
      throw new UncheckedIOException("could not unpack %s into %s".formatted(name, folder), e);
    }
  }
}
