package dev.sanaq.benchmark.export;

import static dev.sanaq.testing.NumericAssertions.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sanaq.benchmark.export.ReferenceCases.ReferenceCase;
import dev.sanaq.checkpoint.RandomCheckpoint;
import dev.sanaq.checkpoint.RandomCheckpointSpec;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.files.FileSha256;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.Fixtures.Tensor;
import dev.sanaq.torch.HostTensor;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The export is complete: its files alone reproduce the outputs, also with Python. */
class GpuExportTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double BOUND = 2e-5;

  /** The published networks with fewer layers and channels. */
  private static final List<ExportedNetwork> SMALL =
      List.of(
          PublishedNetworks.optionsTransformer(),
          ExportedNetwork.transformer(
              "small", PublishedNetworks.transformer(4, 2, 2, 64), false, 32, 4, 8),
          ExportedNetwork.transformer(
              "only-timed", PublishedNetworks.transformer(4, 2, 2, 64), false, 32),
          ExportedNetwork.decoder("small-decoder", PublishedNetworks.autoencoder(8, 1), 2, 7),
          ExportedNetwork.textEncoder("small-text", PublishedNetworks.gemma(2, 16, 100), 3, 20));

  private static Path folder;
  private static JsonNode manifest;

  @BeforeAll
  static void export(@TempDir Path temporary) throws IOException {
    folder = temporary.resolve("export");
    GpuExport.write(folder, checkpoint(), SMALL);
    manifest = JSON.readTree(folder.resolve("manifest.json").toFile());
  }

  private static Checkpoint checkpoint() {
    return Checkpoint.open(Fixtures.path("tiny-sana/checkpoint"));
  }

  @Test
  void archivesAndWeights_reproduceEveryCase() throws IOException {
    List<String> cases = new ArrayList<>();
    for (JsonNode entry : manifest.get("networks")) {
      ExportedNetwork network = network(entry);
      try (ScriptProgram program =
          ScriptProgram.open(file(entry.get("archive")), ReferenceCases.placement())) {
        loadWeights(entry, program);
        for (int i = 0; i < entry.get("cases").size(); i++) {
          JsonNode expected = entry.get("cases").get(i);
          ReferenceCase actual = ReferenceCases.compute(network, program, network.sizes().get(i));
          assertEqual(actual, Fixtures.tensors(file(expected.get("file"))));
          cases.add(network.name() + " " + expected.get("name").textValue());
        }
      }
    }
    assertThat(cases).hasSize(2 * 7).contains("all-options 16x16", "small-text 20 tokens");
  }

  private static void assertEqual(ReferenceCase actual, Map<String, Tensor> expected) {
    assertThat(actual.tensors()).containsOnlyKeys(expected.keySet());
    for (Map.Entry<String, HostTensor> tensor : actual.tensors().entrySet()) {
      float[] values = Fixtures.tensor(expected, tensor.getKey()).floats();
      assertClose(actual.name() + " " + tensor.getKey(), tensor.getValue().values(), values, BOUND);
    }
  }

  /** The configs of the checkpoint's networks are those of the checkpoint. */
  private static ExportedNetwork network(JsonNode entry) {
    String name = entry.get("name").textValue();
    Checkpoint stored = checkpoint();
    List<ExportedNetwork> all = new ArrayList<>(SMALL);
    int side = stored.transformer().sampleSize();
    all.add(
        ExportedNetwork.transformer(
            "checkpoint-transformer", stored.transformer(), false, 32, side / 2, 2 * side));
    all.add(ExportedNetwork.decoder("checkpoint-decoder", stored.autoencoder(), side, 2 * side));
    all.add(ExportedNetwork.textEncoder("checkpoint-text", stored.textEncoder(), 8, 300));
    return all.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  /** As check.py does, with code of its own. */
  private static void loadWeights(JsonNode entry, ScriptProgram program) {
    Map<String, Tensor> stored = new LinkedHashMap<>();
    if (entry.has("weights")) {
      entry.get("weights").forEach(name -> stored.putAll(Fixtures.tensors(file(name))));
    }
    for (JsonNode tensor : entry.get("tensors")) {
      long[] shape = Fixtures.longs(tensor.get("shape"));
      String name = tensor.get("name").textValue();
      float[] values =
          entry.has("weights") ? Fixtures.tensor(stored, name).floats() : generate(tensor, shape);
      ByteBuffer bytes =
          ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(values);
      program.loadWeight(name, bytes, Precision.FP32, Precision.FP32, shape, 0);
    }
    program.call("prepare_weights").close();
  }

  private static float[] generate(JsonNode tensor, long[] shape) {
    int count = 1;
    for (long side : shape) {
      count *= (int) side;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      long x = (i * 1664525L + tensor.get("seed").longValue()) % (1L << 31);
      for (int round = 0; round < 2; round++) {
        x = ((x ^ (x >> 16)) * 73244475L) % (1L << 31);
      }
      double unit = ((x ^ (x >> 16)) >> 7) / (double) (1 << 23) - 1;
      values[i] =
          (float) (tensor.get("mean").doubleValue() + tensor.get("scale").doubleValue() * unit);
    }
    return values;
  }

  private static Path file(JsonNode name) {
    return folder.resolve(name.textValue());
  }

  @Test
  void manifest_listsEveryFileWithItsChecksum() throws IOException {
    TreeSet<String> listed = new TreeSet<>();
    long bytes = 0;
    for (Map.Entry<String, JsonNode> entry : manifest.get("files").properties()) {
      Path file = folder.resolve(entry.getKey());
      listed.add(entry.getKey());
      bytes += Files.size(file);
      assertThat(entry.getValue().get("bytes").longValue()).isEqualTo(Files.size(file));
      assertThat(entry.getValue().get("sha256").textValue()).isEqualTo(FileSha256.hex(file));
    }
    assertThat(bytes).isLessThan(GpuExport.MAX_BYTES);
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile).map(f -> folder.relativize(f).toString()))
          .filteredOn(name -> !name.equals("manifest.json"))
          .containsExactlyInAnyOrderElementsOf(listed);
    }
  }

  @Test
  void generatedWeights_areOfUnitVarianceOverFanIn() {
    ExportedNetwork network = SMALL.get(1);
    GeneratedWeights.Formula formula =
        network.formulas().get("transformer_blocks.0.attn1.to_q.weight");
    assertThat(formula).isNotNull();
    if (formula != null) {
      double sum = 0;
      double squares = 0;
      for (long i = 0; i < formula.elements(); i++) {
        sum += formula.element(i);
        squares += Math.pow(formula.element(i), 2);
      }
      double width = formula.shape()[1];
      double standardError = formula.scale() / Math.sqrt(3.0 * formula.elements());
      assertThat(Math.abs(sum / formula.elements())).isLessThan(4 * standardError);
      // The scale is rounded to a power of two: the variance changes by a factor of 2 at most.
      assertThat(squares / formula.elements() * width).isBetween(0.5, 2.0);
    }
  }

  @Test
  void publishedNetworks_haveThePublishedNumberOfParameters() {
    assertThat(PublishedNetworks.all())
        .filteredOn(network -> network.name().startsWith("sana-"))
        .extracting(GpuExportTest::parameters)
        .containsExactly(591_747_872L, 1_604_462_752L);
  }

  private static long parameters(ExportedNetwork network) {
    return network.formulas().values().stream().mapToLong(GeneratedWeights.Formula::elements).sum();
  }

  @Test
  void existingFolder_isRefused() {
    assertThatThrownBy(() -> GpuExport.write(folder, checkpoint(), SMALL))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void largeCheckpoint_isRefusedWithWhatToDo(@TempDir Path large) {
    RandomCheckpointSpec spec =
        RandomCheckpointSpec.of(new RandomCheckpointSpec.Size(8, 3, 16, 32, 8, 64, 8, 4));
    RandomCheckpoint.write(large.resolve("model"), spec, 1);
    Checkpoint checkpoint = Checkpoint.open(large.resolve("model"));
    assertThatThrownBy(() -> GpuExport.write(large.resolve("export"), checkpoint, SMALL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("MiB of weights, and an export holds 32 MiB; use a small checkpoint");
    assertThat(large.resolve("export")).doesNotExist();
  }

  @Test
  void checkPy_withPythonAlone_findsWhatIsNotAsExported(@TempDir Path copy) throws Exception {
    assumeTrue(hasPython(), "NOT RUN: no python3 on the PATH");
    assertThat(checkPy("--help")).contains("check.py", "--check-files");
    assertThat(checkPy(folder.toString(), "--check-files")).isEqualTo("files: as exported\n");
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = copy.resolve(folder.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
    Files.writeString(copy.resolve("archives/small.pt"), "other");
    Files.delete(copy.resolve("archives/sampler.pt"));
    assertThat(checkPy(copy.toString(), "--check-files"))
        .contains("archives/small.pt: not the exported file")
        .contains("archives/sampler.pt: missing")
        .contains("FAILED");
  }

  private static boolean hasPython() throws InterruptedException {
    try {
      return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static String checkPy(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("python3", "-B", "load-tests/gpu/check.py"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    boolean expectedFailure = output.contains("FAILED");
    assertThat(process.waitFor()).as(output).isEqualTo(expectedFailure ? 1 : 0);
    return output;
  }
}
