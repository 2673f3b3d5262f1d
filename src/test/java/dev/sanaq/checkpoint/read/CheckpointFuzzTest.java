package dev.sanaq.checkpoint.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.CheckpointFixtures;
import dev.sanaq.checkpoint.CheckpointProblem;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.SafetensorsBytes;
import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.safetensors.StoredTensor;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import java.io.IOException;
import java.lang.management.ManagementFactory;
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
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.statistics.Statistics;

/**
 * Opening a checkpoint of any bytes works or throws a {@link CheckpointException}, fast and in
 * little memory.
 */
class CheckpointFuzzTest {
  private static final long MAX_SECONDS = 5;
  private static final long MAX_BYTES = 128 << 20;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
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
  private static final List<String> ODD_VALUES =
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
    folder =
        CheckpointFixtures.copy("tiny-sana-1.5", Files.createTempDirectory("damaged").resolve("c"));
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
  void open_damagedBytes_opensOrRejects(@ForAll("anyFile") String file, @ForAll long seed)
      throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve(file));
    assertOpensOrRejects(file, damage(bytes, new Random(seed)));
  }

  @Property(tries = 400, shrinking = ShrinkingMode.BOUNDED)
  void open_oddJsonValues_opensOrRejects(@ForAll("jsonFile") String file, @ForAll long seed)
      throws IOException {
    Random random = new Random(seed);
    JsonNode json = JsonFile.MAPPER.readTree(folder.resolve(file).toFile());
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      replaceRandomValue(json, random);
    }
    assertOpensOrRejects(file, json.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Property(tries = 150)
  void open_arbitraryBytes_opensOrRejects(@ForAll("anyFile") String file, @ForAll byte[] bytes)
      throws IOException {
    assertOpensOrRejects(file, bytes);
  }

  @Property(tries = 1000)
  void open_lyingSafetensorsHeader_opensOrRejects(@ForAll("headers") byte[] file)
      throws IOException {
    Path path = Files.write(folder.resolveSibling("header.safetensors"), file);
    boolean opened = opensWithinLimits(() -> mapAllTensors(TensorIndex.open(path)));
    Statistics.label("opened").collect(opened);
    Statistics.label("opened")
        .coverage(
            coverage -> {
              coverage.check(true).percentage(p -> p > 10);
              coverage.check(false).percentage(p -> p > 10);
            });
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

  /** A tensor of a generated header; its offsets follow those of the previous one. */
  private record Entry(String dtype, List<Integer> shape) {
    int bytes() {
      DType known = Objects.requireNonNull(DType.byName(dtype));
      return shape.stream().reduce(known.bytes(), (a, b) -> a * b);
    }
  }

  /** Headers that are valid, or have one wrong number: a dimension, an offset, a length. */
  @Provide
  Arbitrary<byte[]> headers() {
    Arbitrary<Entry> entry =
        Combinators.combine(
                Arbitraries.of("F32", "F16", "BF16", "I64", "BOOL"),
                Arbitraries.integers().between(0, 3).list().ofMaxSize(3))
            .as(Entry::new);
    Arbitrary<Long> wrongBy =
        Arbitraries.oneOf(
            Arbitraries.longs().between(-8, 8),
            Arbitraries.longs(),
            Arbitraries.of(1L << 31, 1L << 32, 1L << 61, 1L << 62));
    return Combinators.combine(
            entry.list().ofMaxSize(3), Arbitraries.integers().between(0, 20), wrongBy)
        .as(CheckpointFuzzTest::header);
  }

  private static byte[] header(List<Entry> entries, int wrongAt, long wrongBy) {
    List<String> texts = new ArrayList<>();
    int offset = 0;
    int place = 0;
    for (Entry entry : entries) {
      List<Long> numbers = new ArrayList<>(entry.shape().stream().map(Long::valueOf).toList());
      numbers.add((long) offset);
      offset += entry.bytes();
      numbers.add((long) offset);
      for (int i = 0; i < numbers.size(); i++, place++) {
        numbers.set(i, numbers.get(i) + (place == wrongAt ? wrongBy : 0));
      }
      int sides = entry.shape().size();
      texts.add(
          "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}"
              .formatted(
                  texts.size(),
                  entry.dtype(),
                  numbers.subList(0, sides),
                  numbers.subList(sides, sides + 2)));
    }
    byte[] json = ("{" + String.join(",", texts) + "}").getBytes(StandardCharsets.UTF_8);
    long stated = json.length + (place == wrongAt ? wrongBy : 0);
    int cut = place + 1 == wrongAt ? (int) Math.floorMod(wrongBy, 8L) : 0;
    return SafetensorsBytes.of(stated, json, Math.max(0, offset - cut));
  }

  private static void assertOpensOrRejects(String file, byte[] content) throws IOException {
    Path path = folder.resolve(file);
    byte[] whole = Files.readAllBytes(path);
    try {
      Files.write(path, content);
      opensWithinLimits(
          () -> {
            Checkpoint checkpoint = Checkpoint.open(folder);
            for (Component network : Component.values()) {
              mapAllTensors(checkpoint.tensors(network));
            }
          });
    } finally {
      Files.write(path, whole);
    }
  }

  /** Any other exception or error fails the property. */
  private static boolean opensWithinLimits(Runnable open) {
    long start = System.nanoTime();
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    boolean opened = false;
    try {
      open.run();
      opened = true;
    } catch (CheckpointException e) {
      assertThat(e.problems()).allSatisfy(CheckpointFuzzTest::assertDescribed);
      assertThat(e.getMessage()).isNotEmpty();
    }
    assertThat((System.nanoTime() - start) / 1_000_000_000L).isLessThan(MAX_SECONDS);
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - allocated).isLessThan(MAX_BYTES);
    return opened;
  }

  private static void assertDescribed(CheckpointProblem problem) {
    assertThat(problem.file()).isNotEmpty();
    assertThat(problem.expected()).isNotEmpty();
    assertThat(problem.found()).isNotEmpty();
  }

  private static void mapAllTensors(TensorIndex tensors) {
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
        // Half of the flips are near the start, where lengths and headers are.
        for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
          int within = random.nextBoolean() ? Math.min(64, bytes.length) : bytes.length;
          damaged[random.nextInt(within)] ^= (byte) (1 << random.nextInt(8));
        }
      }
    }
    return damaged;
  }

  private static void replaceRandomValue(JsonNode json, Random random) throws IOException {
    JsonNode strange = JsonFile.MAPPER.readTree(ODD_VALUES.get(random.nextInt(ODD_VALUES.size())));
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
