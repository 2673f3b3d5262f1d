package dev.sanaq.files;

import dev.sanaq.files.TemporaryFolder.Purpose;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * A process that creates temporary folders below the system property {@code parent}, {@code rounds}
 * times, each time after it has deleted what others abandoned. It keeps the last one until it is
 * killed.
 */
public final class TemporaryFolderProcess {
  private TemporaryFolderProcess() {}

  /** Prints {@code holds FOLDER} in the end, or fails if a folder of its own was deleted. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path parent = Path.of(System.getProperty("parent"));
    for (int i = 1; i < Integer.getInteger("rounds"); i++) {
      try (TemporaryFolder folder = TemporaryFolder.create(parent, Purpose.LIBRARIES)) {
        Path file = Files.writeString(folder.path().resolve("file"), "x");
        folder.deleteAbandoned();
        if (!Files.readString(file).equals("x")) {
          throw new IllegalStateException(file.toString());
        }
      }
    }
    Path last = TemporaryFolder.create(parent, Purpose.LIBRARIES).path();
    // Nothing refers to the folder's lock any more.
    System.gc();
    Thread.sleep(500);
    System.out.println("holds " + last);
    new CountDownLatch(1).await();
  }
}
