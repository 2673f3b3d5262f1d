package dev.sanaq.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.ProblemCollector;
import dev.sanaq.checkpoint.SafetensorsBytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FiniteNumbersTest {
  /** More than a chunk, and not a multiple of 8 bytes. */
  private static final int COUNT = (1 << 20) + 3;

  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @CsvSource({
    // NaN, infinity, minus infinity, a NaN with one bit
    "F32, 7fc00000", "F32, 7f800000", "F32, ff800000", "F32, 7f800001",
    "BF16, 7fc0", "BF16, 7f80", "BF16, ff80", "BF16, 7f81",
    "F16, 7e00", "F16, 7c00", "F16, fc00", "F16, 7c01"
  })
  void check_numberNotFinite_isFoundAnywhere(DType type, String bits) {
    for (int index : new int[] {0, 1, 2, 3, 262_143, 262_144, 700_001, COUNT - 2, COUNT - 1}) {
      assertThat(problem(type, index, Long.parseLong(bits, 16)))
          .contains("t: expected finite numbers, found NaN or infinity at element " + index);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // the largest numbers, the smallest, zeros
    "F32, 7f7fffff", "F32, ff7fffff", "F32, 00000001", "F32, 80000000", "F32, 007fffff",
    "BF16, 7f7f", "BF16, ff7f", "BF16, 0001", "BF16, 8000", "BF16, 7c00",
    "F16, 7bff", "F16, fbff", "F16, 0001", "F16, 8000"
  })
  void check_finiteNumber_isNoProblem(DType type, String bits) {
    for (int index : new int[] {0, 1, 3, COUNT - 1}) {
      assertThat(problem(type, index, Long.parseLong(bits, 16))).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"I64", "U8", "F64"})
  void check_typeOfNoWeights_passes(DType type) {
    assertThat(problem(type, 0, -1)).isEmpty();
  }

  /** The problem of a file with ones, one of which has these bits. */
  private Optional<String> problem(DType type, int index, long bits) {
    int length = COUNT * type.bytes();
    String header =
        "{\"t\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[0,%s]}}"
            .formatted(type, COUNT, length);
    byte[] file = SafetensorsBytes.of(header, length);
    ByteBuffer data =
        ByteBuffer.wrap(file, file.length - length, length).slice().order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < COUNT; i++) {
      put(data, type, i, i == index ? bits : 1);
    }
    ProblemCollector problems = new ProblemCollector();
    Path path = SafetensorsBytes.write(folder.resolve("t.safetensors"), file);
    FiniteNumbers.check(TensorIndex.open(path), problems);
    CheckpointException e =
        Assertions.catchThrowableOfType(CheckpointException.class, problems::throwIfAny);
    return Optional.ofNullable(e)
        .map(CheckpointException::getMessage)
        .map(message -> message.substring(path.toString().length() + 2));
  }

  private static void put(ByteBuffer data, DType type, int index, long bits) {
    switch (type.bytes()) {
      case 1 -> data.put(index, (byte) bits);
      case 2 -> data.putShort(2 * index, (short) bits);
      case 4 -> data.putInt(4 * index, (int) bits);
      default -> data.putLong(8 * index, bits);
    }
  }
}
