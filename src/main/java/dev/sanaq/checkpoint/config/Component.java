package dev.sanaq.checkpoint.config;

/** The three parts of a checkpoint that have weights. */
public enum Component {
  TRANSFORMER("transformer", "SanaTransformer2DModel", "diffusion_pytorch_model"),
  AUTOENCODER("vae", "AutoencoderDC", "diffusion_pytorch_model"),
  TEXT_ENCODER("text_encoder", "Gemma2Model", "model");

  private final String folder;
  private final String className;
  private final String fileBase;

  Component(String folder, String className, String fileBase) {
    this.folder = folder;
    this.className = className;
    this.fileBase = fileBase;
  }

  /** Its folder within the checkpoint. */
  public String folder() {
    return folder;
  }

  /** Its class in diffusers or transformers. */
  public String className() {
    return className;
  }

  /** What the names of its weight files begin with. */
  public String fileBase() {
    return fileBase;
  }
}
