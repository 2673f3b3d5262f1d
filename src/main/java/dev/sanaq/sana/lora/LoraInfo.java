package dev.sanaq.sana.lora;

/**
 * A LoRA adapter of a model.
 *
 * @param name by which requests name it
 * @param sha256 of its file, in 64 hexadecimal digits; empty if it cannot be used
 * @param rank of its layers, the largest; 0 if it cannot be used
 * @param bytes the length of its file; 0 if it cannot be used
 * @param problem why it cannot be used; empty if it can
 */
public record LoraInfo(String name, String sha256, int rank, long bytes, String problem) {
  static LoraInfo usable(String name, String sha256, int rank, long bytes) {
    return new LoraInfo(name, sha256, rank, bytes, "");
  }

  static LoraInfo unusable(String name, String problem) {
    return new LoraInfo(name, "", 0, 0, problem);
  }

  /** Whether it can be used. */
  public boolean isUsable() {
    return problem.isEmpty();
  }
}
