package dev.sanaq.sana.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Whatever the bytes of a checkpoint are, opening it either works or ends in a {@link
 * CheckpointException}, soon and in little memory.
 */
class DamagedFilesTest {
  private static final long MOST_SECONDS = 5;
  private static final List<String> JSON_FILES =
      List.of(
          "model_index.json",
          "transformer/config.json",
          "vae/config.json",
          "text_encoder/config.json",
          "scheduler/scheduler_config.json",
          "transformer/diffusion_pytorch_model.safetensors.index.json",
          "tokenizer/tokenizer.json");
  private static final List<String> TENSOR_FILES =
      List.of(
          "transformer/diffusion_pytorch_model-00001-of-00002.safetensors",
          "text_encoder/model.safetensors");
  private static final List<String> STRANGE =
      List.of(
          "null",
          "true",
          "-1",
          "0",
          "1.5",
          "1e400",
          "-Infinity",
          "NaN",
          "2147483648",
          "9223372036854775807",
          "123456789012345678901234567890",
          "\"\"",
          "\"x\"",
          "\"../x\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "[]",
          "{}",
          "[[]]",
          "[0]",
          "[\"ResBlock\"]",
          "[null,null]",
          "{\"a\":{}}",
          "[1000000,1000000,1000000]");

  private static Path folder = Path.of("");

  @BeforeContainer
  static void copyCheckpoint() throws IOException {
    folder = Fixtures.copy("tiny-sana-1.5", Files.createTempDirectory("damaged").resolve("c"));
  }

  @AfterContainer
  static void deleteCheckpoint() throws IOException {
    try (Stream<Path> files = Files.walk(Objects.requireNonNull(folder.getParent()))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
  void bytesOfAnyFileMayBeDamaged(@ForAll("anyFile") String file, @ForAll long seed)
      throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve(file));
    opensOrRefuses(file, damage(bytes, new Random(seed)));
  }

  @Property(tries = 400, shrinking = ShrinkingMode.BOUNDED)
  void valuesOfAnyJsonMayBeStrange(@ForAll("jsonFile") String file, @ForAll long seed)
      throws IOException {
    Random random = new Random(seed);
    JsonNode json = JsonFile.MAPPER.readTree(folder.resolve(file).toFile());
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      replaceSomewhere(json, random);
    }
    opensOrRefuses(file, json.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Property(tries = 300)
  void bytesMayBeNoCheckpointAtAll(@ForAll("anyFile") String file, @ForAll byte[] bytes)
      throws IOException {
    opensOrRefuses(file, bytes);
  }

  @Property(tries = 1000)
  void headersMayLie(@ForAll("headers") byte[] file) throws IOException {
    Path path = Files.write(folder.resolveSibling("header.safetensors"), file);
    refusesOrHolds(() -> readEverything(Tensors.open(path)));
  }

  @Provide
  Arbitrary<String> anyFile() {
    List<String> files = new ArrayList<>(JSON_FILES);
    files.addAll(TENSOR_FILES);
    return Arbitraries.of(files);
  }

  @Provide
  Arbitrary<String> jsonFile() {
    return Arbitraries.of(JSON_FILES);
  }

  /** Headers that are nearly right: wrong in a type, a shape, an offset, the length. */
  @Provide
  Arbitrary<byte[]> headers() {
    Arbitrary<String> name = Arbitraries.of("a", "b", "c", "a b", "__metadata__", "\\u0000", "");
    Arbitrary<String> type = Arbitraries.of("F32", "F16", "BF16", "I64", "BOOL", "F33", "");
    Arbitrary<Long> number =
        Arbitraries.frequencyOf(
            Tuple.of(8, Arbitraries.longs().between(0, 8)),
            Tuple.of(1, Arbitraries.longs()),
            Tuple.of(1, Arbitraries.of(1L << 31, 1L << 32, 1L << 61, 1L << 62)));
    Arbitrary<String> entry =
        Combinators.combine(name, type, number.list().ofMaxSize(4), number, number)
            .as(
                (n, t, shape, begin, end) ->
                    "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                        .formatted(n, t, shape, begin, end));
    Arbitrary<Long> lie =
        Arbitraries.frequencyOf(
            Tuple.of(9, Arbitraries.just(0L)), Tuple.of(1, Arbitraries.longs()));
    return Combinators.combine(
            entry.list().ofMaxSize(3), Arbitraries.integers().between(0, 64), lie)
        .as(
            (entries, data, wrong) -> {
              byte[] header =
                  ("{" + String.join(",", entries) + "}").getBytes(StandardCharsets.UTF_8);
              return SafetensorsBytes.of(header.length + wrong, header, data);
            });
  }

  private static void opensOrRefuses(String file, byte[] content) throws IOException {
    Path path = folder.resolve(file);
    byte[] whole = Files.readAllBytes(path);
    try {
      Files.write(path, content);
      refusesOrHolds(
          () -> {
            Checkpoint checkpoint = Checkpoint.open(folder);
            for (Network network : Network.values()) {
              readEverything(checkpoint.tensors(network));
            }
          });
    } finally {
      Files.write(path, whole);
    }
  }

  /** Another exception than the documented one, or an error, fails the property. */
  private static void refusesOrHolds(Runnable open) {
    long start = System.nanoTime();
    try {
      open.run();
    } catch (CheckpointException e) {
      assertThat(e.problems()).allSatisfy(DamagedFilesTest::isTold);
      assertThat(e.getMessage()).isNotEmpty();
    }
    assertThat((System.nanoTime() - start) / 1_000_000_000L).isLessThan(MOST_SECONDS);
  }

  private static void isTold(CheckpointProblem problem) {
    assertThat(problem.file()).isNotEmpty();
    assertThat(problem.expected()).isNotEmpty();
    assertThat(problem.found()).isNotEmpty();
  }

  private static void readEverything(Tensors tensors) {
    for (StoredTensor tensor : tensors.all()) {
      int length = (int) Math.min(tensor.bytes(), 64);
      assertThat(tensor.map(tensor.bytes() - length, length).remaining()).isEqualTo(length);
      assertThat(Arrays.stream(tensor.shape()).reduce(1, (a, b) -> a * b))
          .isEqualTo(tensor.elements());
    }
  }

  private static byte[] damage(byte[] bytes, Random random) {
    byte[] damaged = bytes.clone();
    switch (random.nextInt(4)) {
      case 0 -> damaged = Arrays.copyOf(damaged, random.nextInt(bytes.length));
      case 1 -> damaged = Arrays.copyOf(damaged, bytes.length + 1 + random.nextInt(100));
      default -> {
        // Half of the flips near the start: there the lengths and the headers are.
        for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
          int within = random.nextBoolean() ? Math.min(64, bytes.length) : bytes.length;
          damaged[random.nextInt(within)] ^= (byte) (1 << random.nextInt(8));
        }
      }
    }
    return damaged;
  }

  private static void replaceSomewhere(JsonNode json, Random random) throws IOException {
    JsonNode strange = JsonFile.MAPPER.readTree(STRANGE.get(random.nextInt(STRANGE.size())));
    JsonNode at = json;
    while (at.isContainerNode() && !at.isEmpty()) {
      JsonNode child;
      if (at instanceof ObjectNode) {
        ObjectNode object = (ObjectNode) at;
        List<Map.Entry<String, JsonNode>> fields = List.copyOf(object.properties());
        Map.Entry<String, JsonNode> field = fields.get(random.nextInt(fields.size()));
        child = field.getValue();
        if (random.nextInt(8) == 0) {
          object.remove(field.getKey());
          return;
        }
        if (child.isEmpty() || random.nextInt(3) == 0) {
          object.set(field.getKey(), strange);
          return;
        }
      } else {
        ArrayNode array = (ArrayNode) at;
        int index = random.nextInt(array.size());
        child = array.get(index);
        if (child.isEmpty() || random.nextInt(3) == 0) {
          array.set(index, strange);
          return;
        }
      }
      at = child;
    }
  }
}
