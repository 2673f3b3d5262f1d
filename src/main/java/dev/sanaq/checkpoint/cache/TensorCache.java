package dev.sanaq.checkpoint.cache;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.safetensors.SafetensorsContents;
import dev.sanaq.checkpoint.safetensors.SafetensorsFile;
import dev.sanaq.checkpoint.safetensors.SafetensorsWriter;
import dev.sanaq.checkpoint.safetensors.StoredTensor;
import dev.sanaq.files.FileErrors;
import dev.sanaq.torch.HostTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jboss.logging.Logger;

/**
 * A folder of computed fp32 tensors, one file for each key. A file that is missing, damaged or
 * cannot be read is computed again, and a folder that cannot be written to keeps nothing: the cache
 * never fails a caller. Any number of threads and processes.
 */
public final class TensorCache {
  /** The folder; empty for no cache. */
  public static final String FOLDER_VARIABLE = "SANAQ_CACHE_DIR";

  /** The most recently written files that stay. */
  static final int MAX_FILES = 8;

  private static final Logger LOG = Logger.getLogger(TensorCache.class);
  private static final String SUFFIX = ".safetensors";
  private static final String CHECKSUM = "crc32c";

  private final Path folder;

  /** A cache in this folder, which need not exist. */
  public TensorCache(Path folder) {
    this.folder = folder;
  }

  /**
   * The cache of this process's user: {@code $SANAQ_CACHE_DIR}, or the folder {@code sanaq} below
   * {@code $XDG_CACHE_HOME} or {@code ~/.cache}. Empty if the variable is set and empty, or if
   * there is no home.
   */
  public static Optional<TensorCache> ofUser() {
    return folder(System.getenv(), System.getProperty("user.home", "")).map(TensorCache::new);
  }

  static Optional<Path> folder(Map<String, String> environment, String home) {
    String own = environment.get(FOLDER_VARIABLE);
    if (own != null) {
      return own.isBlank() ? Optional.empty() : Optional.of(Path.of(own));
    }
    String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
    if (!caches.isBlank()) {
      return Optional.of(Path.of(caches, "sanaq"));
    }
    return Path.of(home).isAbsolute()
        ? Optional.of(Path.of(home, ".cache", "sanaq"))
        : Optional.empty();
  }

  /** The tensors of a key, in the order of their names; empty if none are kept. */
  public Optional<SortedMap<String, HostTensor>> read(String key) {
    Path file = file(key);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      SafetensorsContents contents = SafetensorsFile.readContents(file);
      CRC32C checksum = new CRC32C();
      SortedMap<String, HostTensor> tensors = new TreeMap<>();
      for (StoredTensor tensor : contents.tensors().values()) {
        ByteBuffer bytes = tensor.map(0, Math.toIntExact(tensor.bytes()));
        checksum.update(bytes);
        tensors.put(tensor.name(), tensor.read());
      }
      if (Long.toHexString(checksum.getValue()).equals(contents.metadata().get(CHECKSUM))) {
        return Optional.of(tensors);
      }
      LOG.warnf("%s is damaged; it is computed again", file);
    } catch (CheckpointException e) {
      LOG.warnf("cannot use a cached file, it is computed again: %s", e.getMessage());
    }
    return Optional.empty();
  }

  /** Keeps tensors, each below 2 GiB, and deletes the oldest files beyond {@value #MAX_FILES}. */
  public void write(String key, SortedMap<String, HostTensor> tensors) {
    Path file = file(key);
    Path partial = folder.resolve(".%s.%s".formatted(key, ProcessHandle.current().pid()));
    try {
      Files.createDirectories(folder);
      try {
        String checksum = Long.toHexString(checksum(tensors));
        SafetensorsWriter.write(partial, tensors, DType.F32, Map.of(CHECKSUM, checksum));
        Files.move(
            partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(partial);
      }
      deleteOldest();
    } catch (IOException e) {
      LOG.infof(
          "nothing is kept for the next start: %s; set %s to a folder that this user can write to",
          FileErrors.describe(e), FOLDER_VARIABLE);
    } catch (UncheckedIOException e) {
      LOG.infof("cannot delete old cached files: %s", e.getMessage());
    }
  }

  private static long checksum(SortedMap<String, HostTensor> tensors) {
    CRC32C checksum = new CRC32C();
    for (HostTensor tensor : tensors.values()) {
      ByteBuffer bytes =
          ByteBuffer.allocate(Math.multiplyExact(tensor.values().length, Float.BYTES))
              .order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(tensor.values());
      checksum.update(bytes);
    }
    return checksum.getValue();
  }

  private void deleteOldest() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> newestFirst =
          files
              .filter(file -> file.getFileName().toString().endsWith(SUFFIX))
              .sorted(Comparator.comparing(TensorCache::modified).reversed())
              .toList();
      for (Path file :
          newestFirst.subList(Math.min(MAX_FILES, newestFirst.size()), newestFirst.size())) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** 0 if another process has just deleted it. */
  private static long modified(Path file) {
    return file.toFile().lastModified();
  }

  private Path file(String key) {
    return folder.resolve(key + SUFFIX);
  }
}
