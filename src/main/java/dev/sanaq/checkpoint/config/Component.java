package dev.sanaq.checkpoint.config;

/** The three components of a checkpoint with weights. */
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

  /** The stem of its weight files. */
  public String fileBase() {
    return fileBase;
  }
}
