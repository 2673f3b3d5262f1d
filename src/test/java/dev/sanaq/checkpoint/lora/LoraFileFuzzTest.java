package dev.sanaq.checkpoint.lora;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.CheckpointFixtures;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.testing.Fixtures;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.statistics.Statistics;

/**
 * Opening an adapter file of any bytes works or throws a {@link CheckpointException}, in memory
 * that the file's own size bounds.
 */
class LoraFileFuzzTest {
  /** The header's text, its parsed form, and the layers' names. */
  private static final long BYTES_PER_FILE_BYTE = 64;

  private static final long BYTES_ALWAYS = 8 << 20;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final TransformerConfig CONFIG =
      Checkpoint.open(CheckpointFixtures.checkpoint("tiny-sana")).transformer();
  private static final List<String> ODD_VALUES =
      List.of(
          "null",
          "true",
          "-1",
          "0",
          "1.5",
          "1e400",
          "2147483648",
          "\"\"",
          "\"x\"",
          "\"(a+)+$\"",
          "[]",
          "{}",
          "[1000000,1000000,1000000]",
          "{\"a\":{}}");
  private static final List<String> ODD_NAMES =
      List.of(
          ".lora_A.weight",
          "transformer.transformer_blocks.0.attn1.to_q.lora_B.weight",
          "lora_unet_transformer_blocks_0_attn1_to_q.lora_up.weight",
          "transformer_blocks.1.attn1.to_q.alpha",
          "transformer_blocks.1.attn1.to_q.lora_magnitude_vector",
          "transformer_blocks.1.attn1.to_q.hada_w1_a",
          "base_model.model.base_model.model.base_model.model.base_model.model.x.lora_A.weight",
          "lora_lora_lora_lora_lora_lora_.lora_down.weight");

  private static Path file = Path.of("");

  @BeforeContainer
  static void createFolder() throws IOException {
    file = Files.createTempDirectory("adapters").resolve("fuzzed.safetensors");
  }

  @AfterContainer
  static void deleteFolder() throws IOException {
    Files.deleteIfExists(file);
    Files.delete(Objects.requireNonNull(file.getParent()));
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.of("everything", "dora", "bias", "bf16", "f16");
  }

  @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
  void open_damagedBytes_opensOrRejects(@ForAll("names") String name, @ForAll long seed)
      throws IOException {
    Random random = new Random(seed);
    byte[] bytes = bytes(name);
    if (random.nextInt(4) == 0) {
      bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 100));
    }
    for (int flips = random.nextInt(8); flips > 0 && bytes.length > 0; flips--) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    assertOpensOrRejects(bytes);
  }

  @Property(tries = 400, shrinking = ShrinkingMode.BOUNDED)
  void open_oddHeader_opensOrRejects(@ForAll("names") String name, @ForAll long seed)
      throws IOException {
    Random random = new Random(seed);
    byte[] bytes = bytes(name);
    int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    ObjectNode header =
        (ObjectNode) JsonFile.MAPPER.readTree(new String(bytes, 8, length, StandardCharsets.UTF_8));
    for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
      change(header, random);
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    int data = 8 + length;
    byte[] changed =
        ByteBuffer.allocate(8 + json.length + bytes.length - data)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .put(bytes, data, bytes.length - data)
            .array();
    boolean opened = assertOpensOrRejects(changed);
    Statistics.label("opened")
        .collect(opened)
        .coverage(coverage -> coverage.check(true).percentage(p -> p > 5));
  }

  private static void change(ObjectNode header, Random random) throws IOException {
    ObjectNode metadata = (ObjectNode) header.get("__metadata__");
    // An earlier change may have put other metadata there.
    JsonNode text = metadata.path("lora_adapter_metadata");
    if (text.isTextual() && random.nextBoolean()) {
      ObjectNode config = (ObjectNode) JsonFile.MAPPER.readTree(text.asText());
      List<Map.Entry<String, JsonNode>> fields = List.copyOf(config.properties());
      config.set(fields.get(random.nextInt(fields.size())).getKey(), oddValue(random));
      metadata.put("lora_adapter_metadata", config.toString());
      return;
    }
    List<Map.Entry<String, JsonNode>> tensors = List.copyOf(header.properties());
    String name = tensors.get(random.nextInt(tensors.size())).getKey();
    switch (random.nextInt(3)) {
      case 0 -> header.set(ODD_NAMES.get(random.nextInt(ODD_NAMES.size())), header.remove(name));
      case 1 -> header.set(name, oddValue(random));
      default -> {
        if (header.get(name) instanceof ObjectNode tensor && tensor.has("shape")) {
          tensor.set("shape", oddValue(random));
        }
      }
    }
    if (!(header.get("__metadata__") instanceof ObjectNode)) {
      header.set("__metadata__", metadata);
    }
  }

  private static JsonNode oddValue(Random random) throws IOException {
    return JsonFile.MAPPER.readTree(ODD_VALUES.get(random.nextInt(ODD_VALUES.size())));
  }

  private static byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(Fixtures.path("lora/" + name + ".safetensors"));
  }

  /** Any other exception or error fails the property. */
  private static boolean assertOpensOrRejects(byte[] bytes) throws IOException {
    Files.write(file, bytes);
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    boolean opened = false;
    try {
      LoraFile lora = LoraFile.open(file, CONFIG);
      lora.layers().values().forEach(layer -> assertThat(layer.scale()).isFinite());
      opened = true;
    } catch (CheckpointException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - allocated)
        .isLessThan(BYTES_ALWAYS + BYTES_PER_FILE_BYTE * bytes.length);
    return opened;
  }
}
