package dev.sanaq.storage.model;

import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A checkpoint's files with their checksums, stored beside them as {@code manifest.json}. Written
 * last: where it is, the files are.
 *
 * @param files in the order of their paths
 */
record Manifest(List<Entry> files) {
  /** Its own name beside the files. */
  static final String FILE_NAME = "manifest.json";

  private static final String VERSION = "sanaq.checkpoint.v1";
  // Names that are the same on every system and lead nowhere else.
  private static final String SAFE_PATH =
      "[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*";

  /**
   * A file.
   *
   * @param path below the checkpoint's folder, with slashes
   * @param bytes its length
   * @param sha256 its checksum, hexadecimal
   */
  record Entry(String path, long bytes, String sha256) {}

  Manifest {
    files = files.stream().sorted(Comparator.comparing(Entry::path)).toList();
  }

  /** The bytes of all files. */
  long totalBytes() {
    return files.stream().mapToLong(Entry::bytes).sum();
  }

  /** As it is stored. */
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
   * Reads what {@link #toJson} wrote, or somebody else did.
   *
   * @throws ModelTransferException where it is none, or a path in it would lead elsewhere
   */
  static Manifest parse(byte[] text, ModelUri from) {
    try {
      Map<String, Object> all = Json.readObject(text);
      if (!VERSION.equals(all.get("version")) || !(all.get("files") instanceof List<?> list)) {
        throw invalidManifest(from, "it is not of version " + VERSION);
      }
      List<Entry> files = list.stream().map(one -> parseEntry(one, from)).toList();
      Set<String> paths = new HashSet<>();
      files.forEach(file -> paths.add(file.path()));
      if (paths.size() != files.size() || files.isEmpty()) {
        throw invalidManifest(from, "it names no file, or one twice");
      }
      return new Manifest(files);
    } catch (BadJsonException e) {
      throw invalidManifest(from, e.getMessage());
    }
  }

  private static Entry parseEntry(Object value, ModelUri from) {
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
    throw invalidManifest(from, "an entry is not {path, bytes, sha256}: " + value);
  }

  private static ModelTransferException invalidManifest(
      ModelUri from, @org.jspecify.annotations.Nullable String why) {
    return new ModelTransferException(
        "%s/%s is not a checkpoint's manifest: %s; publish the checkpoint with model push"
            .formatted(from, FILE_NAME, why));
  }
}
