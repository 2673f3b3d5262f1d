package dev.sanaq.sana.lora;

/**
 * A LoRA adapter of a model.
 *
 * @param name by which requests name it
 * @param sha256 of its file, in 64 hexadecimal digits; empty if it cannot be used
 * @param problem why it cannot be used; empty if it can
 */
public record LoraInfo(String name, String sha256, String problem) {
  /** Whether it can be used. */
  public boolean isUsable() {
    return problem.isEmpty();
  }
}
