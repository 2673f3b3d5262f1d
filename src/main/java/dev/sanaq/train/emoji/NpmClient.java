package dev.sanaq.train.emoji;

import dev.sanaq.train.data.BadDataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Fetches archives with the {@code npm} of this machine, so that the registry, the proxy and the
 * credentials are those that its user has set up.
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
   * Fetches a package's archive; blocks until it is there.
   *
   * @param folder an existing one
   * @return the file; its bytes are not yet checked
   * @throws BadDataException where there is no npm, or it fails: with what it said
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
      String said = new String(npm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (npm.waitFor() != 0) {
        throw new BadDataException("npm pack %s failed: %s".formatted(archive.id(), said.strip()));
      }
      return folder.resolve(archive.fileName());
    } catch (IOException e) {
      throw new BadDataException(
          "%s cannot be fetched: %s. Fetch it elsewhere with npm pack %s and name the file"
              .formatted(archive.id(), e.getMessage(), archive.id()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BadDataException("fetching %s was interrupted".formatted(archive.id()), e);
    }
  }
}
