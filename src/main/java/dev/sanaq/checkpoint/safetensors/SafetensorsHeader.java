package dev.sanaq.checkpoint.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.ProblemCollector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks a safetensors header: known types, sizes that match the shapes, and offsets that cover the
 * data without gaps or overlaps. One thread.
 */
final class SafetensorsHeader {
  private static final String METADATA = "__metadata__";
  private static final Set<String> ENTRY_KEYS = Set.of("dtype", "shape", "data_offsets");

  /** Torch's limit; weights have at most four. */
  private static final int MAX_DIMENSIONS = 64;

  private record Entry(String name, DType dtype, long[] shape, long begin, long end) {}

  private final Path file;
  private final long dataStart;
  private final long dataBytes;
  private final ProblemCollector problems = new ProblemCollector();

  SafetensorsHeader(Path file, long dataStart, long dataBytes) {
    this.file = file;
    this.dataStart = dataStart;
    this.dataBytes = dataBytes;
  }

  SafetensorsContents check(ObjectNode header) {
    List<Entry> entries = new ArrayList<>();
    Map<String, String> metadata = Map.of();
    for (Map.Entry<String, JsonNode> field : header.properties()) {
      if (field.getKey().equals(METADATA)) {
        metadata = metadata(field.getValue());
      } else {
        Entry entry = parseEntry(field.getKey(), field.getValue());
        if (entry != null) {
          entries.add(entry);
        }
      }
    }
    long needed = entries.stream().mapToLong(Entry::end).max().orElse(0);
    if (needed > dataBytes) {
      addProblem(
          "",
          "%s bytes of data, as the header says".formatted(needed),
          "%s bytes: the file is truncated".formatted(dataBytes));
    }
    problems.throwIfAny();
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    checkCoverage(entries);
    problems.throwIfAny();
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    entries.forEach(e -> tensors.put(e.name, toStoredTensor(e)));
    return new SafetensorsContents(tensors, metadata);
  }

  private StoredTensor toStoredTensor(Entry e) {
    return new StoredTensor(e.name, e.dtype, e.shape, file, dataStart + e.begin, e.end - e.begin);
  }

  private Map<String, String> metadata(JsonNode node) {
    Map<String, String> strings = new LinkedHashMap<>();
    boolean valid = node.isObject();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      valid &= entry.getValue().isTextual();
      strings.put(entry.getKey(), entry.getValue().asText());
    }
    if (!valid) {
      addProblem(METADATA, "an object of strings", JsonFile.shortened(node));
    }
    return strings;
  }

  private @Nullable Entry parseEntry(String name, JsonNode value) {
    if (!value.isObject()) {
      return addProblem(
          name, "an object with dtype, shape and data_offsets", JsonFile.shortened(value));
    }
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      if (!ENTRY_KEYS.contains(field.getKey())) {
        return addProblem(name, "dtype, shape and data_offsets only", "key " + field.getKey());
      }
    }
    DType type = DType.byName(value.path("dtype").asText());
    if (!value.path("dtype").isTextual() || type == null) {
      String known = "a dtype of " + Arrays.toString(DType.values());
      return addProblem(name, known, JsonFile.shortened(value.path("dtype")));
    }
    long[] shape = longs(value.path("shape"), MAX_DIMENSIONS);
    if (shape == null) {
      return addProblem(name, "a shape of whole numbers", JsonFile.shortened(value.path("shape")));
    }
    long[] offsets = longs(value.path("data_offsets"), 2);
    if (offsets == null || offsets.length != 2) {
      return addProblem(name, "two data_offsets", JsonFile.shortened(value.path("data_offsets")));
    }
    return checkSize(new Entry(name, type, shape, offsets[0], offsets[1]));
  }

  private @Nullable Entry checkSize(Entry e) {
    String range = "[%s, %s]".formatted(e.begin, e.end);
    if (e.begin > e.end) {
      return addProblem(e.name, "data_offsets in ascending order", range);
    }
    long size = byteSize(e.dtype, e.shape);
    if (size != e.end - e.begin) {
      String needs = size < 0 ? "more than 2^63" : Long.toString(size);
      String what = "%s bytes for %s%s".formatted(needs, e.dtype, Arrays.toString(e.shape));
      return addProblem(
          e.name, what, "%s bytes, data_offsets %s".formatted(e.end - e.begin, range));
    }
    return e;
  }

  /** The size of a shape in bytes; -1 if it overflows a long. */
  private static long byteSize(DType type, long[] shape) {
    for (long side : shape) {
      if (side == 0) {
        return 0;
      }
    }
    long size = type.bytes();
    for (long side : shape) {
      if (Math.multiplyHigh(size, side) != 0 || size * side < 0) {
        return -1;
      }
      size *= side;
    }
    return size;
  }

  private void checkCoverage(List<Entry> sorted) {
    long covered = 0;
    for (Entry e : sorted) {
      if (e.begin != covered) {
        String what = e.begin > covered ? "a hole before" : "an overlap at";
        addProblem(e.name, "data from offset " + covered, "%s offset %s".formatted(what, e.begin));
        return;
      }
      covered = e.end;
    }
    if (covered != dataBytes) {
      addProblem("", "%s bytes of data".formatted(covered), dataBytes + " bytes");
    }
  }

  private static long @Nullable [] longs(JsonNode array, int maxSize) {
    if (!array.isArray() || array.size() > maxSize) {
      return null;
    }
    long[] values = new long[array.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode value = array.get(i);
      if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < 0) {
        return null;
      }
      values[i] = value.asLong();
    }
    return values;
  }

  private @Nullable Entry addProblem(String key, String expected, String found) {
    problems.add(file.toString(), key, expected, found);
    return null;
  }
}
