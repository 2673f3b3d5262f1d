package dev.sanaq.checkpoint.read;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.ProblemCollector;
import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.checkpoint.config.SchedulerConfig;
import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.safetensors.FiniteNumbers;
import dev.sanaq.checkpoint.safetensors.StoredTensor;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.sana.solver.StepCacheSchedule;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A checkpoint in the published layout. Opening it checks {@code model_index.json}, every config,
 * and the names, shapes and types of all tensors; {@link StoredTensor#map} reads weights later.
 * Immutable, for any thread; keeps no file open.
 */
public final class Checkpoint {
  private final Path folder;
  private final CheckpointContents contents;

  private Checkpoint(Path folder, CheckpointContents contents) {
    this.folder = folder;
    this.contents = contents;
  }

  /**
   * Opens the files without a variant, or the only variant if a component has no such files.
   *
   * @param folder contains {@code model_index.json}
   * @throws CheckpointException with every problem found
   */
  public static Checkpoint open(Path folder) {
    return open(folder, VariantResolver.detect(folder));
  }

  /**
   * Opens a variant, such as {@code bf16}. As in diffusers, a component without it uses its files
   * without a variant.
   *
   * @param folder contains {@code model_index.json}
   * @param variant empty for the files without a variant
   * @throws CheckpointException with every problem found, or if no component has the variant
   */
  public static Checkpoint open(Path folder, String variant) {
    return open(folder, VariantResolver.requested(folder, variant));
  }

  private static Checkpoint open(Path folder, VariantResolver variants) {
    return new Checkpoint(folder, CheckpointReader.read(folder, variants));
  }

  /**
   * Reads all weights: seconds for a large model.
   *
   * @throws CheckpointException naming each tensor that holds NaN or infinity
   */
  public void requireFiniteWeights() {
    ProblemCollector problems = new ProblemCollector();
    for (Component network : Component.values()) {
      FiniteNumbers.check(tensors(network), problems);
    }
    problems.throwIfAny();
  }

  /** The name: that of its folder. */
  public String name() {
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return name == null ? folder.toString() : name.toString();
  }

  /** The folder. */
  public Path folder() {
    return folder;
  }

  /** The class of its pipeline. */
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

  /** The scheduler's config. */
  public SchedulerConfig scheduler() {
    return contents.scheduler();
  }

  /** The transformer's tensors, by diffusers' names. */
  public TensorIndex transformerTensors() {
    return weights(Component.TRANSFORMER).tensors();
  }

  /** The autoencoder's tensors, by diffusers' names. */
  public TensorIndex autoencoderTensors() {
    return weights(Component.AUTOENCODER).tensors();
  }

  /** The text encoder's tensors, by the names of transformers' {@code Gemma2Model}. */
  public TensorIndex textEncoderTensors() {
    return weights(Component.TEXT_ENCODER).tensors();
  }

  /** {@code tokenizer/tokenizer.json}; its ids are all within the embedding table. */
  public Path tokenizerFile() {
    return folder.resolve(CheckpointReader.TOKENIZER_FILE);
  }

  /** The default guidance scale, if the checkpoint has one. */
  public OptionalDouble guidanceScale() {
    return contents.index().guidanceScale();
  }

  /** The default guidance interval, if the checkpoint has one. */
  public Optional<GuidanceInterval> guidanceInterval() {
    return contents.index().guidanceInterval();
  }

  /** The default preset of the step cache. */
  public String stepCache() {
    return contents.stepCache().defaultPreset();
  }

  /** The presets of the step cache. */
  public List<StepCacheSchedule> stepCaches() {
    return contents.stepCache().schedules();
  }

  /** The default side in pixels, that of the training images. */
  public int defaultSize() {
    return transformer().sampleSize() * autoencoder().spatialCompression();
  }

  /**
   * Whether the transformer was trained in fp16, so that its self-attention must clip at 65504 in
   * other precisions too: if its weights are F16 or there is a variant {@code fp16}.
   */
  public boolean trainedInFp16() {
    return weights(Component.TRANSFORMER).files().hasVariant("fp16")
        || transformerTensors().all().stream().anyMatch(t -> t.dtype() == DType.F16);
  }

  /** The opened variant of a network's files; may be empty. */
  public String variant(Component network) {
    return weights(network).variant();
  }

  /** The variants in a network's folder; "" stands for files without a variant. */
  public Set<String> variants(Component network) {
    return weights(network).files().variants();
  }

  /** A network's tensors. */
  public TensorIndex tensors(Component network) {
    return weights(network).tensors();
  }

  private OpenedWeights weights(Component network) {
    OpenedWeights opened = contents.weights().get(network);
    if (opened == null) {
      throw new IllegalStateException(network + " was not read");
    }
    return opened;
  }
}
