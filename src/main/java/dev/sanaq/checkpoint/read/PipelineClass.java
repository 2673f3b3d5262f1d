package dev.sanaq.checkpoint.read;

/** The pipelines whose checkpoints can be read. */
public enum PipelineClass {
  /** Sana and SANA-1.5. */
  SANA("SanaPipeline"),
  /** SANA-Sprint: distilled to 1 to 4 steps, the guidance scale an input of the network. */
  SANA_SPRINT("SanaSprintPipeline");

  private final String className;

  PipelineClass(String className) {
    this.className = className;
  }

  /** The class's name in diffusers. */
  public String className() {
    return className;
  }
}
