package dev.sanaq.sana.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.cache.TensorCache;
import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Prompts encode the same with an instruction's KV cache from the disk. */
class InstructionCacheTest {
  private static final Checkpoint CHECKPOINT =
      Checkpoint.open(Fixtures.path("tiny-sana/checkpoint"));

  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"FP32", "BF16"})
  void encode_instructionFromDisk_sameNumbers(Precision precision) throws IOException {
    DevicePlacement placement = DevicePlacement.cpu(precision);
    float[] computed = encode(placement);
    assertThat(files()).isEqualTo(1);
    assertThat(encode(placement)).isEqualTo(computed);
    assertThat(files()).as("nothing new").isEqualTo(1);
  }

  /** Otherwise the test above would also pass if the file were never read. */
  @Test
  void encode_otherInstructionOnDisk_otherNumbers() throws IOException {
    DevicePlacement placement = DevicePlacement.cpu(Precision.FP32);
    float[] computed = encode(placement);
    TensorCache cache = new TensorCache(folder);
    String key = key(placement, new long[] {2});
    var tensors = cache.read(key).orElseThrow();
    float[] keys = Objects.requireNonNull(tensors.get("10001")).values();
    for (int i = 0; i < keys.length; i++) {
      keys[i] += 1;
    }
    cache.write(key, tensors);
    assertThat(encode(placement)).isNotEqualTo(computed);
  }

  @Test
  void key_dependsOnPrecisionAndInstruction() {
    DevicePlacement fp32 = DevicePlacement.cpu(Precision.FP32);
    long[] ids = {2, 3};
    assertThat(key(fp32, ids)).isEqualTo(key(fp32, ids));
    assertThat(key(DevicePlacement.cpu(Precision.BF16), ids)).isNotEqualTo(key(fp32, ids));
    assertThat(key(fp32, new long[] {2, 4})).isNotEqualTo(key(fp32, ids));
  }

  /** They take milliseconds; nothing is written to the home of whoever runs the tests. */
  @Test
  void of_smallEncoder_noCache() {
    assertThat(
            InstructionCache.of(
                CHECKPOINT.textEncoderTensors(),
                TextEncoder.scriptSource(CHECKPOINT.textEncoder(), Precision.FP32),
                DevicePlacement.cpu(Precision.FP32),
                new long[] {2}))
        .isEmpty();
  }

  private float[] encode(DevicePlacement placement) {
    TextEncoderConfig config = CHECKPOINT.textEncoder();
    String key = key(placement, new long[] {2});
    try (TextEncoder encoder =
        new TextEncoder(
            new PromptTokenizer(CHECKPOINT.tokenizerFile(), config.vocabSize()),
            TextEncoder.program(CHECKPOINT, placement),
            config,
            false,
            ids -> Optional.of(new InstructionCache(new TensorCache(folder), key)))) {
      return encoder.encode("a red fox", true).embeddings();
    }
  }

  private static String key(DevicePlacement placement, long[] ids) {
    return InstructionCache.key(
        CHECKPOINT.textEncoderTensors(),
        TextEncoder.scriptSource(CHECKPOINT.textEncoder(), placement.precision()),
        placement,
        ids);
  }

  private long files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }
}
