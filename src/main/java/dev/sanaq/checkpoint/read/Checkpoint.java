package dev.sanaq.checkpoint.read;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.checkpoint.config.SchedulerConfig;
import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.safetensors.StoredTensor;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A checkpoint in the published layout, checked as a whole when it is opened: {@code
 * model_contents.index().json}, every part's config, and every tensor that the configs ask for. Weights are
 * not read; {@link StoredTensor#map} does that. Immutable, for any thread; keeps no file open.
 */
public final class Checkpoint {
  private final Path folder;
  private final CheckpointContents contents;

  private Checkpoint(Path folder, CheckpointContents contents) {
    this.folder = folder;
    this.contents = contents;
  }

  /**
   * Opens the plain files; where a part has none, the only variant that there is.
   *
   * @param folder the one with {@code model_contents.index().json}
   * @throws CheckpointException naming everything that is wrong
   */
  public static Checkpoint open(Path folder) {
    return open(folder, VariantResolver.detect(folder));
  }

  /**
   * Opens a variant, such as {@code bf16}. As in diffusers, a part without it gives its plain
   * files; a variant that no part has is refused.
   *
   * @param folder the one with {@code model_contents.index().json}
   * @param variant empty for the plain files
   * @throws CheckpointException naming everything that is wrong
   */
  public static Checkpoint open(Path folder, String variant) {
    return open(folder, VariantResolver.requested(folder, variant));
  }

  private static Checkpoint open(Path folder, VariantResolver variants) {
    return new Checkpoint(folder, CheckpointReader.read(folder, variants));
  }

  /** The folder's name. */
  public String name() {
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return name == null ? folder.toString() : name.toString();
  }

  /** The folder that was opened. */
  public Path folder() {
    return folder;
  }

  /** Which pipeline it is for. */
  public PipelineClass pipelineClass() {
    return contents.index().pipelineClass();
  }

  /** The transformer's config. */
  public TransformerConfig transformer() {
    return contents.transformer();
  }

  /** The autoencoder's config. */
  public AutoencoderConfig autoencoder() {
    return contents.autoencoder();
  }

  /** The text encoder's config. */
  public TextEncoderConfig textEncoder() {
    return contents.textEncoder();
  }

  /** The solver it was published with. */
  public SchedulerConfig scheduler() {
    return contents.scheduler();
  }

  /** The transformer's tensors, named as diffusers names them. */
  public TensorIndex transformerTensors() {
    return weights(Component.TRANSFORMER).tensors();
  }

  /** The autoencoder's tensors, named as diffusers names them. */
  public TensorIndex autoencoderTensors() {
    return weights(Component.AUTOENCODER).tensors();
  }

  /** The text encoder's tensors, named as transformers names those of {@code Gemma2Model}. */
  public TensorIndex textEncoderTensors() {
    return weights(Component.TEXT_ENCODER).tensors();
  }

  /** {@code tokenizer/tokenizer.json}, whose ids are all within the embedding. */
  public Path tokenizerFile() {
    return folder.resolve(CheckpointReader.TOKENIZER_FILE);
  }

  /** The guidance that it draws best with, where it says so. */
  public OptionalDouble guidanceScale() {
    return contents.index().guidanceScale();
  }

  /** Side in pixels of the images that it was trained on: what it draws unless told otherwise. */
  public int defaultSize() {
    return transformer().sampleSize() * autoencoder().spatialCompression();
  }

  /**
   * Whether the transformer was trained in fp16, so that beyond 65504 its self-attention must clip
   * in other precisions too: where it is stored so, or lies beside as variant {@code fp16}.
   */
  public boolean trainedInFp16() {
    return weights(Component.TRANSFORMER).files().hasVariant("fp16")
        || transformerTensors().all().stream().anyMatch(t -> t.dtype() == DType.F16);
  }

  /** The variant of a network's files, empty for plain ones. */
  public String variant(Component network) {
    return weights(network).variant();
  }

  /** Every variant that lies in a network's folder, "" standing for plain files. */
  public Set<String> variants(Component network) {
    return weights(network).files().variants();
  }

  /** A network's tensors. */
  public TensorIndex tensors(Component network) {
    return weights(network).tensors();
  }

  private OpenedWeights weights(Component network) {
    OpenedWeights of = contents.weights().get(network);
    if (of == null) {
      throw new IllegalStateException(network + " was not read");
    }
    return of;
  }
}
