package dev.sanaq.weights;

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
  static final String NAME = "manifest.json";

  private static final String VERSION = "sanaq.checkpoint.v1";
  // Names that are the same on every system and lead nowhere else.
  private static final String PATH = "[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*";

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
  long bytes() {
    return files.stream().mapToLong(Entry::bytes).sum();
  }

  /** As it is stored. */
  byte[] write() {
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
   * Reads what {@link #write} wrote, or somebody else did.
   *
   * @throws WeightsException where it is none, or a path in it would lead elsewhere
   */
  static Manifest read(byte[] text, WeightsAddress from) {
    try {
      Map<String, Object> all = Json.object(text);
      if (!VERSION.equals(all.get("version")) || !(all.get("files") instanceof List<?> list)) {
        throw broken(from, "it is not of version " + VERSION);
      }
      List<Entry> files = list.stream().map(one -> entry(one, from)).toList();
      Set<String> paths = new HashSet<>();
      files.forEach(file -> paths.add(file.path()));
      if (paths.size() != files.size() || files.isEmpty()) {
        throw broken(from, "it names no file, or one twice");
      }
      return new Manifest(files);
    } catch (BadJsonException e) {
      throw broken(from, e.getMessage());
    }
  }

  private static Entry entry(Object value, WeightsAddress from) {
    if (value instanceof Map<?, ?> fields
        && fields.get("path") instanceof String path
        && fields.get("bytes") instanceof Number bytes
        && fields.get("sha256") instanceof String sha256
        && path.matches(PATH)
        && !path.equals(NAME)
        && bytes.longValue() >= 0
        && sha256.matches("[0-9a-f]{64}")) {
      return new Entry(path, bytes.longValue(), sha256);
    }
    throw broken(from, "an entry is not {path, bytes, sha256}: " + value);
  }

  private static WeightsException broken(
      WeightsAddress from, @org.jspecify.annotations.Nullable String why) {
    return new WeightsException(
        "%s/%s is not a checkpoint's manifest: %s; publish the checkpoint with model push"
            .formatted(from, NAME, why));
  }
}
