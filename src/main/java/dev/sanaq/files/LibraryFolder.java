package dev.sanaq.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Where libraries unpack their native code: one folder of this process. By themselves they write
 * files to the folder for temporary files, which stay there if the process is killed. DJL's
 * libraries are not among them: they are unpacked once, below {@code DJL_CACHE_DIR}.
 */
public final class LibraryFolder {
  /** The settings of snappy, zstd (which deletes its file once it is loaded) and libwebp. */
  private static final List<String> PROPERTIES =
      List.of("org.xerial.snappy.tempdir", "ZstdTempFolder", "com.luciad.imageio.webp.tmpdir");

  /** Where Vert.x keeps copies of files that it serves. */
  private static final String VERTX_FILES = "vertx.cacheDirBase";

  private LibraryFolder() {}

  /**
   * Creates the folder, leads the libraries to it unless a system property leads them elsewhere,
   * and deletes what killed processes left. To be called before the libraries are used.
   */
  public static void use() {
    try {
      TemporaryFolder folder = TemporaryFolder.create(TemporaryFolder.Purpose.LIBRARIES);
      folder.deleteOnExit();
      PROPERTIES.forEach(property -> lead(property, folder.path()));
      Path files = folder.path().resolve("vertx");
      files.toFile().deleteOnExit();
      lead(VERTX_FILES, files);
      folder.deleteAbandoned();
    } catch (IOException | UncheckedIOException e) {
      return; // who needs a temporary file says what is wrong
    }
  }

  private static void lead(String property, Path folder) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, folder.toString());
    }
  }
}
