package dev.sanaq.checkpoint.read;

/** The supported pipelines. Those of one model family differ only in what they take as inputs. */
public enum PipelineClass {
  /** Sana and SANA-1.5. */
  SANA("SanaPipeline"),
  /** SANA-Sprint: distilled to 1 to 4 steps, with the guidance scale as an input of the network. */
  SANA_SPRINT("SanaSprintPipeline"),
  /** Sana with a ControlNet in the folder {@code controlnet}. */
  SANA_CONTROLNET("SanaControlNetPipeline"),
  /** Sana with perturbed-attention guidance, which every pipeline supports here. */
  SANA_PAG("SanaPAGPipeline"),
  /** SANA-Sprint from images, which every pipeline supports here. */
  SANA_SPRINT_IMG2IMG("SanaSprintImg2ImgPipeline");

  private final String className;

  PipelineClass(String className) {
    this.className = className;
  }

  /** The class's name in diffusers. */
  public String className() {
    return className;
  }

  /** Whether it is one of SANA-Sprint. */
  public boolean isSprint() {
    return this == SANA_SPRINT || this == SANA_SPRINT_IMG2IMG;
  }
}
