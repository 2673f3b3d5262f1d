package dev.sanaq.checkpoint.read;

/** The supported pipelines. */
public enum PipelineClass {
  /** Sana and SANA-1.5. */
  SANA("SanaPipeline"),
  /** SANA-Sprint: distilled to 1 to 4 steps, with the guidance scale as an input of the network. */
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
