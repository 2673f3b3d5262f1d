package dev.sanaq.checkpoint.safetensors;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.torch.HostTensor;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tensors of one network, by name, whatever files they lie in. Immutable. */
public final class TensorIndex {
  private final String source;
  private final Map<String, StoredTensor> byName;

  public TensorIndex(String source, Map<String, StoredTensor> byName) {
    this.source = source;
    this.byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
  }

  /**
   * Opens one safetensors file: an adapter, say, or reference answers. Its numbers may be of any
   * {@link DType}.
   *
   * @throws CheckpointException where the file cannot be read or its header is wrong
   */
  public static TensorIndex open(Path file) {
    return new TensorIndex(file.toString(), SafetensorsFile.read(file));
  }

  /** Every name. */
  public Set<String> names() {
    return byName.keySet();
  }

  /**
   * The tensor of that name.
   *
   * @throws CheckpointException where there is none
   */
  public StoredTensor get(String name) {
    StoredTensor tensor = byName.get(name);
    if (tensor == null) {
      throw new CheckpointException(source, name, "a tensor of that name", "none");
    }
    return tensor;
  }

  /** How many numbers all of them hold. */
  public long elements() {
    return byName.values().stream().mapToLong(StoredTensor::elements).sum();
  }

  /** Bytes of all of them. */
  public long bytes() {
    return byName.values().stream().mapToLong(StoredTensor::bytes).sum();
  }

  /** Every tensor. */
  public Collection<StoredTensor> all() {
    return byName.values();
  }

  /** Every tensor's numbers, by name; all must be F32 and of less than 2 GiB. */
  public Map<String, HostTensor> read() {
    Map<String, HostTensor> found = new LinkedHashMap<>();
    byName.forEach((name, tensor) -> found.put(name, tensor.read()));
    return found;
  }

  @Nullable
  public StoredTensor find(String name) {
    return byName.get(name);
  }

  public String source() {
    return source;
  }
}
