package dev.sanaq.train.emoji;

import dev.sanaq.train.data.BadDataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Downloads archives with the local {@code npm}, and so with its registry, proxy and credentials.
 */
public final class NpmClient {
  private final String command;

  /** The {@code npm} on the path. */
  public NpmClient() {
    this("npm");
  }

  NpmClient(String command) {
    this.command = command;
  }

  /**
   * Downloads a package's archive; blocks until it is complete.
   *
   * @param folder an existing folder
   * @return the file; its checksum is not verified yet
   * @throws BadDataException if npm is missing or fails; the message holds its output
   */
  public Path fetch(NpmArchive archive, Path folder) {
    try {
      Process npm =
          new ProcessBuilder(
                  command,
                  "pack",
                  "--silent",
                  "--pack-destination",
                  folder.toString(),
                  archive.id())
              .redirectErrorStream(true)
              .start();
      npm.getOutputStream().close();
      String output = new String(npm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (npm.waitFor() != 0) {
        throw new BadDataException(
            "npm pack %s failed: %s".formatted(archive.id(), output.strip()));
      }
      return folder.resolve(archive.fileName());
    } catch (IOException e) {
      throw new BadDataException(
          "cannot download %s: %s. Download it elsewhere with npm pack %s and give it with --images or --names"
              .formatted(archive.id(), e.getMessage(), archive.id()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BadDataException("the download of %s was interrupted".formatted(archive.id()), e);
    }
  }
}
