package dev.sanaq.sana.checkpoint;

/** The three parts of a checkpoint that have weights. */
public enum Network {
  TRANSFORMER("transformer", "diffusion_pytorch_model"),
  AUTOENCODER("vae", "diffusion_pytorch_model"),
  TEXT_ENCODER("text_encoder", "model");

  private final String folder;
  private final String fileBase;

  Network(String folder, String fileBase) {
    this.folder = folder;
    this.fileBase = fileBase;
  }

  /** Its folder within the checkpoint. */
  public String folder() {
    return folder;
  }

  /** What the names of its weight files begin with. */
  String fileBase() {
    return fileBase;
  }
}
