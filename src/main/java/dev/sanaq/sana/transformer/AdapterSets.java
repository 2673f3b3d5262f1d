package dev.sanaq.sana.transformer;

import dev.sanaq.checkpoint.lora.LoraLayer;
import dev.sanaq.checkpoint.safetensors.StoredTensor;
import dev.sanaq.checkpoint.safetensors.WeightLoader;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The adapter sets in a transformer's memory. A set is a list of adapters with their scales; each
 * row of a batch has one. The least recently used sets leave between batches. One caller at a time.
 */
final class AdapterSets {
  /** The set of rows without adapters. */
  static final long NONE = 0;

  /** What sets may keep between batches: some ten adapters of rank 16 for 1.6 billion weights. */
  private static final long MAX_KEPT_BYTES = 512L << 20;

  private final ScriptProgram program;
  private final long maxKeptBytes;
  private final Map<List<Key>, Loaded> loaded = new LinkedHashMap<>(16, 0.75f, true);
  private long lastId = NONE;

  /** Equal bytes at an equal scale, from whichever file. */
  private record Key(String sha256, double scale) {}

  private record Loaded(long id, long bytes) {}

  AdapterSets(ScriptProgram program) {
    this(program, MAX_KEPT_BYTES);
  }

  AdapterSets(ScriptProgram program, long maxKeptBytes) {
    this.program = program;
    this.maxKeptBytes = maxKeptBytes;
  }

  /** Drops the least recently used sets beyond the bound. Between batches. */
  void trim() {
    long bytes = loaded.values().stream().mapToLong(Loaded::bytes).sum();
    Iterator<Loaded> oldest = loaded.values().iterator();
    while (bytes > maxKeptBytes && oldest.hasNext()) {
      Loaded set = oldest.next();
      remove(set.id);
      oldest.remove();
      bytes -= set.bytes;
    }
  }

  /**
   * The id of a set, for the rows that it applies to. Loads it first if it is not in memory; if
   * that fails, nothing of it stays.
   *
   * @throws dev.sanaq.checkpoint.CheckpointException if a file has changed since it was opened
   * @throws IllegalArgumentException if a number exceeds the range of the precision
   */
  long id(List<ScaledAdapter> adapters) {
    if (adapters.isEmpty()) {
      return NONE;
    }
    List<Key> key =
        adapters.stream().map(one -> new Key(one.adapter().sha256(), one.scale())).toList();
    Loaded present = loaded.get(key);
    if (present != null) {
      return present.id;
    }
    long id = ++lastId;
    try {
      adapters.forEach(adapter -> load(id, adapter));
      finish(id);
    } catch (RuntimeException | Error e) {
      remove(id);
      throw e;
    }
    loaded.put(key, new Loaded(id, bytes(adapters)));
    return id;
  }

  private void load(long id, ScaledAdapter scaled) {
    scaled.adapter().requireUnchanged();
    for (Map.Entry<String, LoraLayer> entry : scaled.adapter().layers().entrySet()) {
      LoraLayer layer = entry.getValue();
      stage("a", layer.a());
      stage("b", layer.b());
      layer.bias().ifPresent(tensor -> stage("shift", tensor));
      layer.magnitude().ifPresent(tensor -> stage("magnitude", tensor));
      try (ScriptValue key = ScriptValue.of(prefix(id) + entry.getKey());
          ScriptValue name = ScriptValue.of(entry.getKey());
          ScriptValue scale = ScriptValue.of(scaled.scale() * layer.scale())) {
        program.call("add_adapter", key, name, scale).close();
      }
    }
  }

  private void stage(String part, StoredTensor tensor) {
    WeightLoader.load(tensor, part, program, "stage_adapter", Precision.FP32);
  }

  private void finish(long id) {
    try (ScriptValue prefix = ScriptValue.of(prefix(id));
        ScriptValue finite = program.call("finish_adapters", prefix)) {
      if (finite.toFloats()[0] == 0) {
        Precision precision = program.placement().basePrecision();
        throw new IllegalArgumentException(
            "the adapters' weights exceed the range of %s at this scale; use smaller scales of the adapters%s"
                .formatted(
                    precision.label(),
                    precision == Precision.FP16 ? ", or precision bf16 or fp32" : ""));
      }
    }
  }

  private void remove(long id) {
    try (ScriptValue prefix = ScriptValue.of(prefix(id))) {
      program.call("remove_adapters", prefix).close();
    }
  }

  private static String prefix(long id) {
    return id + ":";
  }

  /** At most: in fp32, also while it is loaded. */
  private static long bytes(List<ScaledAdapter> adapters) {
    return adapters.stream()
        .flatMap(adapter -> adapter.adapter().layers().values().stream())
        .mapToLong(layer -> layer.elements() * Float.BYTES)
        .sum();
  }
}
