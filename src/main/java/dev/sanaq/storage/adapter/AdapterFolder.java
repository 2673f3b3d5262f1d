package dev.sanaq.storage.adapter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of the adapters that were fetched: {@code SHA256.safetensors}, and of one that is being
 * fetched also {@code SHA256.safetensors.part} and {@code .etag}. A file's modification time is
 * when it was last used. Several processes may share the folder; {@link HashLocks} serializes them.
 */
final class AdapterFolder {
  private static final Pattern FILE_NAME =
      Pattern.compile("([0-9a-f]{64})\\.safetensors(\\.part|\\.etag)?");

  private final Path folder;

  /** All files of a hash together. */
  private record Entry(String sha256, long bytes, FileTime lastUsed) {
    Entry and(Entry other) {
      return new Entry(
          sha256,
          bytes + other.bytes,
          lastUsed.compareTo(other.lastUsed) > 0 ? lastUsed : other.lastUsed);
    }
  }

  AdapterFolder(Path folder) {
    this.folder = folder;
  }

  /** Creates the folder, for its owner alone. */
  void create() throws IOException {
    if (!Files.isDirectory(folder)) {
      boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
      if (posix) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } else {
        Files.createDirectories(folder);
      }
    }
  }

  Path lockFile() {
    return folder.resolve("adapters.lock");
  }

  /** The complete file of a hash, whether it exists or not. */
  Path file(String sha256) {
    return folder.resolve(sha256 + ".safetensors");
  }

  /**
   * Marks a file as used: it is evicted after all others.
   *
   * @return whether it exists
   */
  boolean touch(String sha256) throws IOException {
    try {
      Files.setLastModifiedTime(file(sha256), FileTime.from(Instant.now()));
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Deletes the least recently used files until there is room. Files that are in use stay, so that
   * the folder may hold more than its bound.
   *
   * @param bound of the folder, in bytes
   * @param incoming the hash whose file is about to come; its part stays
   * @param incomingBytes the length of that file
   * @return how many were deleted
   */
  int makeRoom(long bound, String incoming, long incomingBytes, HashLocks locks)
      throws IOException {
    List<Entry> entries = list();
    entries.removeIf(entry -> entry.sha256.equals(incoming));
    long bytes = incomingBytes + entries.stream().mapToLong(Entry::bytes).sum();
    int deleted = 0;
    for (Entry oldest : entries) {
      if (bytes <= bound) {
        break;
      }
      var lock = locks.tryExclusive(oldest.sha256);
      if (lock.isPresent()) {
        try (HashLocks.Held held = lock.get()) {
          delete(oldest.sha256);
        }
        bytes -= oldest.bytes;
        deleted++;
      }
    }
    return deleted;
  }

  /** Deletes all files of a hash. The caller holds its lock alone. */
  void delete(String sha256) throws IOException {
    Path file = file(sha256);
    Files.deleteIfExists(file);
    Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".part"));
    Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".etag"));
  }

  /** By last use, the oldest first. */
  private List<Entry> list() throws IOException {
    Map<String, Entry> entries = new HashMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Matcher name = FILE_NAME.matcher(String.valueOf(file.getFileName()));
        if (name.matches()) {
          add(name.group(1), file, entries);
        }
      }
    }
    List<Entry> sorted = new ArrayList<>(entries.values());
    sorted.sort(Comparator.comparing(Entry::lastUsed));
    return sorted;
  }

  private static void add(String sha256, Path file, Map<String, Entry> entries) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      entries.merge(
          sha256, new Entry(sha256, attributes.size(), attributes.lastModifiedTime()), Entry::and);
    } catch (NoSuchFileException e) {
      return; // another process has just deleted or renamed it
    }
  }
}
