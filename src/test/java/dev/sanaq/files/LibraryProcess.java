package dev.sanaq.files;

import com.github.luben.zstd.Zstd;
import com.luciad.imageio.webp.WebPImageWriterSpi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.xerial.snappy.Snappy;

/**
 * A process that loads the native libraries of snappy, zstd and libwebp, and with the system
 * property {@code hold} lives until it is killed.
 */
public final class LibraryProcess {
  private LibraryProcess() {}

  /** Prints {@code loaded} and every file below the folder for temporary files. */
  public static void main(String[] args) throws IOException, InterruptedException {
    LibraryFolder.use();
    Snappy.compress(new byte[10]);
    Zstd.compress(new byte[10]);
    new WebPImageWriterSpi().createWriterInstance(null).getDefaultWriteParam();
    try (Stream<Path> files = Files.walk(Path.of(System.getProperty("java.io.tmpdir")))) {
      System.out.println("loaded " + files.filter(Files::isRegularFile).toList());
    }
    if (Boolean.getBoolean("hold")) {
      new CountDownLatch(1).await();
    }
  }
}
