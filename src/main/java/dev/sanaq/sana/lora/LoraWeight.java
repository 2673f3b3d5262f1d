package dev.sanaq.sana.lora;

import dev.sanaq.sana.ModelInfo;
import java.util.Optional;

/**
 * A LoRA adapter and its scale.
 *
 * @param name as {@link ModelInfo#adapters} has it; of an adapter with a source, for people
 * @param scale 0 to switch it off, 1 as trained
 * @param sha256 of the adapter's file; empty for whichever file has the name
 * @param source of an adapter that {@link ModelInfo#adapters} does not have; then the hash is known
 */
public record LoraWeight(String name, double scale, String sha256, Optional<LoraSource> source) {
  private static final String SUFFIX = ".safetensors";

  /** The adapter of that name, whichever file it is. */
  public LoraWeight(String name, double scale) {
    this(name, scale, "");
  }

  /** The adapter of that name, if it has that hash. */
  public LoraWeight(String name, double scale, String sha256) {
    this(name, scale, sha256, Optional.empty());
  }

  /** An adapter of another place than the model's folder. */
  public static LoraWeight from(LoraSource source, double scale, String sha256) {
    return new LoraWeight(source.uri(), scale, sha256, Optional.of(source));
  }

  /** The name without the folder and the suffix of an adapter that is named by its path or URI. */
  public String shortName() {
    String last = name.substring(name.lastIndexOf('/') + 1);
    return last.endsWith(SUFFIX) ? last.substring(0, last.length() - SUFFIX.length()) : last;
  }
}
