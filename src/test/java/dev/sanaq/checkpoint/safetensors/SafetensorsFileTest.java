package dev.sanaq.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.SafetensorsBytes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
  private static final String TWO_TENSORS_HEADER =
      """
      {"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},
       "b":{"dtype":"BF16","shape":[],"data_offsets":[24,26]}}""";

  @TempDir static Path temp = Path.of("");

  @Test
  void map_validFile_mapsTensorBytes() {
    TensorIndex tensors = TensorIndex.open(file(SafetensorsBytes.of(TWO_TENSORS_HEADER, 26)));

    StoredTensor a = tensors.get("a");
    assertThat(a.dtype()).isEqualTo(DType.F32);
    assertThat(a.shape()).containsExactly(2, 3);
    assertThat(a.bytes()).isEqualTo(24);
    ByteBuffer part = a.map(4, 8);
    assertThat(part.isDirect()).isTrue();
    assertThat(part.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    assertThat(part.remaining()).isEqualTo(8);
    assertThat(part.getInt()).isEqualTo(0x07060504);
    assertThat(tensors.get("b").elements()).isEqualTo(1);
    assertThat(tensors.get("b").map(0, 2).getShort()).isEqualTo((short) 0x1918);
    assertThat(tensors.bytes()).isEqualTo(26);
    assertThat(tensors.elements()).isEqualTo(7);
  }

  @Test
  void map_rangeOutsideTensor_throws() {
    StoredTensor a = TensorIndex.open(file(SafetensorsBytes.of(TWO_TENSORS_HEADER, 26))).get("a");

    assertThatThrownBy(() -> a.map(20, 5)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> a.map(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> a.map(Long.MAX_VALUE, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> a.read(20, ByteBuffer.allocate(5)))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void shape_returnsDefensiveCopy() {
    StoredTensor a = TensorIndex.open(file(SafetensorsBytes.of(TWO_TENSORS_HEADER, 26))).get("a");

    Arrays.fill(a.shape(), 9);

    assertThat(a.shape()).containsExactly(2, 3);
  }

  @Test
  void map_fileAbove2GiB_readsNearEnd() throws IOException {
    long elements = (1L << 30) + 3; // of two bytes: beyond 2 GiB, where an int offset breaks
    String header =
        "{\"big\":{\"dtype\":\"F16\",\"shape\":[%s],\"data_offsets\":[0,%s]}}"
            .formatted(elements, 2 * elements);
    Path file = file(SafetensorsBytes.of(header, 0));
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(sparse.length() + 2 * elements);
      sparse.seek(sparse.length() - 2);
      sparse.write(new byte[] {1, 2});
    }

    StoredTensor big = TensorIndex.open(file).get("big");

    assertThat(big.map(big.bytes() - 2, 2).getShort()).isEqualTo((short) 0x0201);
    Files.delete(file);
  }

  @Test
  void map_fileTruncatedAfterOpen_throws() throws IOException {
    Path file = file(SafetensorsBytes.of(TWO_TENSORS_HEADER, 26));
    StoredTensor b = TensorIndex.open(file).get("b");
    Files.write(file, new byte[10]);

    assertThatThrownBy(() -> b.map(0, 2))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("b: expected 2 bytes");
    assertThatThrownBy(() -> b.read(0, ByteBuffer.allocate(2)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("b: expected 2 bytes");
  }

  @Test
  void read_range_fillsBufferWithRawBytes() {
    StoredTensor a = TensorIndex.open(file(SafetensorsBytes.of(TWO_TENSORS_HEADER, 26))).get("a");
    ByteBuffer part = ByteBuffer.allocate(12).limit(8);
    a.read(4, part);
    assertThat(part.flip().order(ByteOrder.LITTLE_ENDIAN).getInt()).isEqualTo(0x07060504);
    assertThat(part.limit()).isEqualTo(8);
  }

  @Test
  void open_truncatedFile_saysSo() {
    CheckpointException e = openExpectingError(SafetensorsBytes.of(TWO_TENSORS_HEADER, 25));

    assertThat(e.key()).isEmpty();
    assertThat(e.expected()).isEqualTo("26 bytes of data, as the header says");
    assertThat(e.found()).isEqualTo("25 bytes: the file is truncated");
  }

  @Test
  void open_trailingBytes_throws() {
    CheckpointException e = openExpectingError(SafetensorsBytes.of(TWO_TENSORS_HEADER, 27));

    assertThat(e.key()).isEmpty();
    assertThat(e.expected()).isEqualTo("26 bytes of data");
    assertThat(e.found()).isEqualTo("27 bytes");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 'header of 2 to 16777216', 0",
    "3, 'header of 3 bytes', '2 bytes after its length: the file is truncated'",
    "-1, 'header of 2 to 16777216', 18446744073709551615",
    "9223372036854775807, 'header of 2 to 16777216', 9223372036854775807"
  })
  void open_wrongHeaderLength_throws(long stated, String expected, String found) {
    byte[] header = "{}".getBytes(StandardCharsets.UTF_8);

    CheckpointException e = openExpectingError(SafetensorsBytes.of(stated, header, 0));

    assertThat(e.expected()).contains(expected);
    assertThat(e.found()).isEqualTo(found);
  }

  @Test
  void open_headerAboveLimit_throwsWithoutReading() {
    byte[] header = new byte[SafetensorsFile.MAX_HEADER_BYTES + 1];
    Arrays.fill(header, (byte) ' ');

    CheckpointException e = openExpectingError(SafetensorsBytes.of(header, 0));

    assertThat(e.expected()).isEqualTo("a header of 2 to 16777216 bytes");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7})
  void open_fileWithoutHeader_throws(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 'x');
    assertThat(openExpectingError(bytes).found()).isEqualTo(length + " bytes in all");
  }

  @Test
  void open_missingFile_throws() {
    assertThatThrownBy(() -> TensorIndex.open(temp.resolve("none.safetensors")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageEndingWith("none.safetensors: expected a safetensors file, found none");
  }

  @Test
  void open_headerNotUtf8_throws() {
    byte[] header = TWO_TENSORS_HEADER.getBytes(StandardCharsets.UTF_8);
    header[2] = (byte) 0xC3;

    assertThat(openExpectingError(SafetensorsBytes.of(header, 26)).found())
        .isEqualTo("bytes that are not UTF-8");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | `` "
            + "| JSON without repeated keys | Duplicate field 'a' (line 1",
        "{\"a\":1}} | `` | JSON without repeated keys | `Unexpected close marker`",
        "{\"a\":7} | a | an object with dtype, shape and data_offsets | 7",
        "{\"__metadata__\":{\"x\":1}} | __metadata__ | an object of strings | {\"x\":1}",
        "[ ] | `` | a header that starts with { | byte 91"
      })
  void open_headerInvalidJson_throws(String header, String key, String expected, String found) {
    CheckpointException e = openExpectingError(SafetensorsBytes.of(header, 4));

    assertThat(e.key()).isEqualTo(key);
    assertThat(e.expected()).isEqualTo(expected);
    assertThat(e.found()).startsWith(found);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"F31\" | [1] | [0,4] | a dtype of [F32, | \"F31\"",
        "4 | [1] | [0,4] | a dtype of [F32, | 4",
        "\"F32\" | [1.0] | [0,4] | a shape of whole numbers | [1.0]",
        "\"F32\" | [-1] | [0,4] | a shape of whole numbers | [-1]",
        "\"F32\" | [9223372036854775808] | [0,4] | a shape of whole numbers | [922337",
        "\"F32\" | 1 | [0,4] | a shape of whole numbers | 1",
        "\"F32\" | [1] | [0] | two data_offsets | [0]",
        "\"F32\" | [1] | [-4,0] | two data_offsets | [-4,0]",
        "\"F32\" | [1] | [4,0] | data_offsets in ascending order | [4, 0]",
        "\"F32\" | [1] | [0,8] | 4 bytes for F32[1] | 8 bytes, data_offsets [0, 8]",
        "\"F32\" | [2] | [0,4] | 8 bytes for F32[2] | 4 bytes, data_offsets [0, 4]",
        "\"F16\" | [1] | [0,4] | 2 bytes for F16[1] | 4 bytes, data_offsets [0, 4]",
        "\"F32\" | [4294967296,4294967296] | [0,4] | more than 2^63 bytes | 4 bytes",
        "\"F32\" | [4611686018427387904,4] | [0,4] | more than 2^63 bytes | 4 bytes",
        "\"F32\" | [1],\"x\":0 | [0,4] | dtype, shape and data_offsets only | key x"
      })
  void open_invalidEntry_throwsNamingTensor(
      String type, String shape, String offsets, String expected, String found) {
    String header =
        "{\"w\":{\"dtype\":%s,\"shape\":%s,\"data_offsets\":%s}}".formatted(type, shape, offsets);

    CheckpointException e = openExpectingError(SafetensorsBytes.of(header, 4));

    assertThat(e.key()).isEqualTo("w");
    assertThat(e.expected()).startsWith(expected);
    assertThat(e.found()).startsWith(found);
  }

  @Test
  void open_holeBetweenTensors_throws() {
    CheckpointException e =
        openExpectingError(
            SafetensorsBytes.of(TWO_TENSORS_HEADER.replace("[24,26]", "[25,27]"), 27));

    assertThat(e.key()).isEqualTo("b");
    assertThat(e.expected()).isEqualTo("data from offset 24");
    assertThat(e.found()).isEqualTo("a hole before offset 25");
  }

  @Test
  void open_overlappingTensors_throws() {
    CheckpointException e =
        openExpectingError(
            SafetensorsBytes.of(TWO_TENSORS_HEADER.replace("[24,26]", "[22,24]"), 24));

    assertThat(e.key()).isEqualTo("b");
    assertThat(e.found()).isEqualTo("an overlap at offset 22");
  }

  private static CheckpointException openExpectingError(byte[] bytes) {
    Path file = file(bytes);
    CheckpointException e =
        catchThrowableOfType(CheckpointException.class, () -> TensorIndex.open(file));
    assertThat(e).as("refusal").isNotNull();
    assertThat(e.file()).isEqualTo(file.toString());
    assertThat(e).hasMessageContainingAll(e.key(), e.expected(), e.found());
    return e;
  }

  private static Path file(byte[] bytes) {
    return SafetensorsBytes.write(temp.resolve(System.nanoTime() + ".safetensors"), bytes);
  }
}
