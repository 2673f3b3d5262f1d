package dev.sanaq.storage.model;

import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import dev.sanaq.storage.transfer.PartialFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The files of a checkpoint with their checksums, stored as {@code manifest.json}. It is written
 * last: if it exists, so do the files.
 *
 * @param files in the order of their paths
 */
record Manifest(List<Entry> files) {
  /** The object name below the checkpoint. */
  static final String FILE_NAME = "manifest.json";

  private static final String VERSION = "sanaq.checkpoint.v1";
  // Portable names that cannot leave the folder.
  private static final String SAFE_PATH =
      "[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*";

  /**
   * A file.
   *
   * @param path below the checkpoint's folder, with slashes
   * @param bytes its length
   * @param sha256 its checksum, hexadecimal
   */
  record Entry(String path, long bytes, String sha256) {
    /** Its download below a folder. */
    PartialFile below(Path folder) {
      return PartialFile.of(folder.resolve(path), bytes, sha256);
    }
  }

  Manifest {
    files = files.stream().sorted(Comparator.comparing(Entry::path)).toList();
  }

  /** The bytes of all files. */
  long totalBytes() {
    return files.stream().mapToLong(Entry::bytes).sum();
  }

  /** The stored form. */
  byte[] toJson() {
    List<Map<String, Object>> entries = new ArrayList<>();
    for (Entry file : files) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("path", file.path());
      entry.put("bytes", file.bytes());
      entry.put("sha256", file.sha256());
      entries.add(entry);
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("version", VERSION);
    all.put("files", entries);
    return Json.write(all);
  }

  /**
   * Parses and validates a manifest.
   *
   * @throws ModelTransferException if it is invalid, or a path in it would leave the folder
   */
  static Manifest parse(byte[] text, ModelUri uri) {
    try {
      Map<String, Object> all = Json.readObject(text);
      if (!VERSION.equals(all.get("version")) || !(all.get("files") instanceof List<?> list)) {
        throw invalidManifest(uri, "it is not of version " + VERSION);
      }
      List<Entry> files = list.stream().map(one -> parseEntry(one, uri)).toList();
      Set<String> paths = new HashSet<>();
      files.forEach(file -> paths.add(file.path()));
      if (paths.size() != files.size() || files.isEmpty()) {
        throw invalidManifest(uri, "it lists no file, or one twice");
      }
      return new Manifest(files);
    } catch (BadJsonException e) {
      throw invalidManifest(uri, e.getMessage());
    }
  }

  private static Entry parseEntry(Object value, ModelUri uri) {
    if (value instanceof Map<?, ?> fields
        && fields.get("path") instanceof String path
        && fields.get("bytes") instanceof Number bytes
        && fields.get("sha256") instanceof String sha256
        && path.matches(SAFE_PATH)
        && !path.equals(FILE_NAME)
        && bytes.longValue() >= 0
        && sha256.matches("[0-9a-f]{64}")) {
      return new Entry(path, bytes.longValue(), sha256);
    }
    throw invalidManifest(uri, "an entry is not {path, bytes, sha256}: " + value);
  }

  private static ModelTransferException invalidManifest(
      ModelUri uri, @org.jspecify.annotations.Nullable String why) {
    return new ModelTransferException(
        "%s/%s is not a valid manifest: %s; push the checkpoint with model push"
            .formatted(uri, FILE_NAME, why));
  }
}
