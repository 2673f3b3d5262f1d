package dev.sanaq.benchmark.export;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.benchmark.export.GeneratedWeights.Formula;
import dev.sanaq.benchmark.export.ReferenceCases.ReferenceCase;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.safetensors.SafetensorsWriter;
import dev.sanaq.checkpoint.safetensors.StoredTensor;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.checkpoint.safetensors.WeightLoader;
import dev.sanaq.files.AtomicFile;
import dev.sanaq.files.FileSha256;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.TorchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Exports networks, inputs and expected outputs to a folder, for {@code load-tests/gpu/check.py}:
 * it checks and times them on a GPU with Python and torch alone. {@code manifest.json} describes
 * the folder; the expected outputs are those of this machine in fp32.
 *
 * <p>The checkpoint's weights travel in files. Networks of the published sizes have weights from a
 * formula, see {@link GeneratedWeights}. One thread.
 */
public final class GpuExport {
  /** The largest export, so that it travels anywhere. */
  static final long MAX_BYTES = 64L << 20;

  private static final long MAX_WEIGHT_BYTES = 32L << 20;
  private static final String MANIFEST = "manifest.json";

  private final Path folder;
  private final ObjectNode manifest = JsonFile.MAPPER.createObjectNode();
  private final ArrayNode networks = manifest.putArray("networks");

  private GpuExport(Path folder) {
    this.folder = folder;
  }

  /**
   * Exports a checkpoint and the networks of the published sizes. Takes a minute, and 4 GB of
   * memory.
   *
   * @param folder is created
   * @param checkpoint with at most 32 MiB of weights, such as the one that ships
   * @throws IllegalArgumentException if its weights are too large
   * @throws IOException if the folder exists, or cannot be written
   */
  public static void write(Path folder, Checkpoint checkpoint) throws IOException {
    write(folder, checkpoint, PublishedNetworks.all());
  }

  static void write(Path folder, Checkpoint checkpoint, List<ExportedNetwork> generated)
      throws IOException {
    requireSmall(checkpoint);
    Files.createDirectories(folder.toAbsolutePath().resolveSibling(""));
    Files.createDirectory(folder);
    GpuExport export = new GpuExport(folder);
    export.addStored(checkpoint);
    for (ExportedNetwork network : generated) {
      export.addGenerated(network);
    }
    export.finish();
  }

  private static void requireSmall(Checkpoint checkpoint) {
    long bytes =
        Stream.of(Component.values())
            .mapToLong(network -> checkpoint.tensors(network).bytes())
            .sum();
    if (bytes > MAX_WEIGHT_BYTES) {
      throw new IllegalArgumentException(
          ("%s has %s MiB of weights, and an export holds %s MiB; use a small checkpoint, such as"
                  + " the one that ships. The published sizes are in every export")
              .formatted(checkpoint.folder(), bytes >> 20, MAX_WEIGHT_BYTES >> 20));
    }
  }

  private void addStored(Checkpoint checkpoint) throws IOException {
    int side = checkpoint.transformer().sampleSize();
    String name = checkpoint.name();
    addStored(
        ExportedNetwork.transformer(
            name + "-transformer",
            checkpoint.transformer(),
            checkpoint.trainedInFp16(),
            checkpoint.autoencoder().spatialCompression(),
            Math.max(2, side / 2),
            2 * side),
        checkpoint);
    addStored(
        ExportedNetwork.decoder(name + "-decoder", checkpoint.autoencoder(), side, 2 * side),
        checkpoint);
    addStored(
        ExportedNetwork.textEncoder(name + "-text", checkpoint.textEncoder(), 8, 300), checkpoint);
  }

  private void addStored(ExportedNetwork network, Checkpoint checkpoint) throws IOException {
    TensorIndex tensors = checkpoint.tensors(network.kind());
    ObjectNode entry = addNetwork(network);
    ArrayNode files = entry.putArray("weights");
    for (Path file : tensors.all().stream().map(StoredTensor::file).distinct().toList()) {
      Path copy = target("weights", "%s-%s".formatted(network.name(), files.size()), "safetensors");
      Files.copy(file, copy);
      files.add(relative(copy));
    }
    try (ScriptProgram program =
        ScriptProgram.compile(network.source(), ReferenceCases.placement())) {
      WeightLoader.loadMatching(tensors, program, network.formulas()::containsKey);
      addCases(network, program, entry);
    }
  }

  private void addGenerated(ExportedNetwork network) throws IOException {
    ObjectNode entry = addNetwork(network);
    if (network.sizes().isEmpty()) {
      return;
    }
    try (ScriptProgram program =
        ScriptProgram.compile(network.source(), ReferenceCases.placement())) {
      GeneratedWeights.load(network.formulas(), program);
      addCases(network, program, entry);
    }
  }

  private ObjectNode addNetwork(ExportedNetwork network) throws IOException {
    ObjectNode entry = networks.addObject();
    entry.put("name", network.name());
    entry.put("kind", network.kind().name().toLowerCase(Locale.ROOT));
    Path archive = target("archives", network.name(), "pt");
    Files.write(archive, ScriptProgram.archive(network.source()));
    entry.put("archive", relative(archive));
    entry.set("config", network.config());
    entry.put("pixels_per_latent", network.pixelsPerLatent());
    ObjectNode memory = entry.putObject("memory_per_unit");
    network.memoryPerUnit().forEach(memory::put);
    ArrayNode tensors = entry.putArray("tensors");
    network.formulas().forEach((name, formula) -> addFormula(tensors.addObject(), name, formula));
    entry.putArray("cases");
    return entry;
  }

  private static void addFormula(ObjectNode entry, String name, Formula formula) {
    entry.put("name", name).put("seed", formula.seed());
    entry.put("mean", formula.mean()).put("scale", formula.scale());
    ArrayNode shape = entry.putArray("shape");
    for (long side : formula.shape()) {
      shape.add(side);
    }
  }

  private void addCases(ExportedNetwork network, ScriptProgram program, ObjectNode entry)
      throws IOException {
    for (int size : network.sizes()) {
      ReferenceCase one = ReferenceCases.compute(network, program, size);
      Path file = target("cases", "%s-%s".formatted(network.name(), size), "safetensors");
      SafetensorsWriter.write(file, one.tensors(), DType.F32);
      ObjectNode added = entry.withArray("/cases").addObject();
      added.put("name", one.name()).put("file", relative(file)).setAll(one.arguments());
    }
  }

  private void finish() throws IOException {
    Path sampler = target("archives", "sampler", "pt");
    Files.write(sampler, ScriptProgram.archive(ReferenceCases.sampler()));
    manifest.put("format", 1).put("torch", Torch.version()).put("sampler", relative(sampler));
    ArrayNode outOfMemory = manifest.putArray("out_of_memory_phrases");
    TorchException.outOfMemoryPhrases().forEach(outOfMemory::add);
    ArrayNode cuda = manifest.putArray("cuda_error_phrases");
    TorchException.cudaPhrases().forEach(cuda::add);
    ObjectNode files = manifest.putObject("files");
    for (Path file : list()) {
      ObjectNode entry = files.putObject(relative(file));
      entry.put("bytes", Files.size(file)).put("sha256", FileSha256.hex(file));
    }
    AtomicFile.write(folder.resolve(MANIFEST), manifest.toPrettyString() + "\n");
  }

  private List<Path> list() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private Path target(String part, String name, String extension) throws IOException {
    return Files.createDirectories(folder.resolve(part)).resolve(name + "." + extension);
  }

  private String relative(Path file) {
    return folder.relativize(file).toString();
  }
}
