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

/** The tensors of one network by name, across its files. Immutable. */
public final class TensorIndex {
  private final String source;
  private final Map<String, StoredTensor> byName;

  public TensorIndex(String source, Map<String, StoredTensor> byName) {
    this.source = source;
    this.byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
  }

  /**
   * Opens a single safetensors file of any {@link DType}.
   *
   * @throws CheckpointException if the file cannot be read or its header is invalid
   */
  public static TensorIndex open(Path file) {
    return new TensorIndex(file.toString(), SafetensorsFile.read(file));
  }

  /** All names. */
  public Set<String> names() {
    return byName.keySet();
  }

  /**
   * The tensor of that name.
   *
   * @throws CheckpointException if there is none
   */
  public StoredTensor get(String name) {
    StoredTensor tensor = byName.get(name);
    if (tensor == null) {
      throw new CheckpointException(source, name, "a tensor of that name", "none");
    }
    return tensor;
  }

  /** The number of elements of all tensors. */
  public long elements() {
    return byName.values().stream().mapToLong(StoredTensor::elements).sum();
  }

  /** The size of all tensors in bytes. */
  public long bytes() {
    return byName.values().stream().mapToLong(StoredTensor::bytes).sum();
  }

  /** All tensors. */
  public Collection<StoredTensor> all() {
    return byName.values();
  }

  /** Reads all tensors; each must be F32 and below 2 GiB. */
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
