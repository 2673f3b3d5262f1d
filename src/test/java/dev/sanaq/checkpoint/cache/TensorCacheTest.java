package dev.sanaq.checkpoint.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.safetensors.SafetensorsWriter;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.torch.HostTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Computed tensors come back as they were, or not at all. */
class TensorCacheTest {
  private static final String KEY = "a".repeat(64);

  @TempDir private Path folder = Path.of("");

  @Test
  void write_read_sameTensors() {
    TensorCache cache = new TensorCache(folder.resolve("new"));
    assertThat(cache.read(KEY)).isEmpty();
    cache.write(KEY, tensors(0.1f));
    assertRead(cache.read(KEY).orElseThrow(), 0.1f);
    cache.write(KEY, tensors(0.2f));
    assertRead(new TensorCache(folder.resolve("new")).read(KEY).orElseThrow(), 0.2f);
    assertThat(cache.read("b".repeat(64))).isEmpty();
  }

  @Test
  void read_damagedOrCutFile_nothing() throws IOException {
    TensorCache cache = new TensorCache(folder);
    cache.write(KEY, tensors(0.1f));
    Path file = onlyFile();
    byte[] whole = Files.readAllBytes(file);
    for (long at : new long[] {whole.length - 1, whole.length - 9}) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(new byte[] {(byte) (whole[(int) at] ^ 1)}), at);
      }
      assertThat(cache.read(KEY)).as("bit changed at %s", at).isEmpty();
      Files.write(file, whole);
      assertThat(cache.read(KEY)).isPresent();
    }
    for (int length : new int[] {0, 7, 20, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(cache.read(KEY)).as("cut to %s", length).isEmpty();
    }
    cache.write(KEY, tensors(0.3f));
    assertRead(cache.read(KEY).orElseThrow(), 0.3f);
  }

  @Test
  void write_folderIsAFile_nothingKeptAndNoError() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "text");
    TensorCache cache = new TensorCache(file.resolve("below"));
    cache.write(KEY, tensors(0.1f));
    assertThat(cache.read(KEY)).isEmpty();
    assertThat(file).hasContent("text");
  }

  @Test
  void write_manyKeys_oldestLeave() throws IOException {
    TensorCache cache = new TensorCache(folder);
    for (int i = 0; i < TensorCache.MAX_FILES + 2; i++) {
      String key = number(i);
      cache.write(key, tensors(i));
      Files.setLastModifiedTime(
          folder.resolve(key + ".safetensors"), FileTime.fromMillis(1_000_000L * (i + 1)));
    }
    cache.write(KEY, tensors(1));
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.count()).isEqualTo(TensorCache.MAX_FILES);
    }
    assertThat(cache.read(number(0))).isEmpty();
    assertThat(cache.read(number(TensorCache.MAX_FILES + 1))).isPresent();
    assertThat(cache.read(KEY)).isPresent();
  }

  @Test
  void folder_ofVariablesAndHome() {
    assertThat(TensorCache.folder(Map.of(), "/home/a")).contains(Path.of("/home/a/.cache/sanaq"));
    assertThat(TensorCache.folder(Map.of("XDG_CACHE_HOME", "/c"), "/home/a"))
        .contains(Path.of("/c/sanaq"));
    assertThat(TensorCache.folder(Map.of("SANAQ_CACHE_DIR", "/d", "XDG_CACHE_HOME", "/c"), "/h"))
        .contains(Path.of("/d"));
    assertThat(TensorCache.folder(Map.of("SANAQ_CACHE_DIR", ""), "/home/a")).isEmpty();
    assertThat(TensorCache.folder(Map.of(), "?")).isEmpty();
  }

  /** Another weight, time or context is another key; the same is the same. */
  @Test
  void key_changesWithWeightsFilesAndContext() throws IOException {
    Path file = folder.resolve("weights.safetensors");
    SafetensorsWriter.write(file, tensors(0.1f), DType.F32);
    FileTime time = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(file, time);
    String key = WeightsKey.of(TensorIndex.open(file), List.of("fp32"));
    assertThat(key).hasSize(64).isEqualTo(WeightsKey.of(TensorIndex.open(file), List.of("fp32")));
    assertThat(WeightsKey.of(TensorIndex.open(file), List.of("bf16"))).isNotEqualTo(key);
    assertThat(WeightsKey.of(TensorIndex.open(file), List.of("fp", "32"))).isNotEqualTo(key);
    Files.setLastModifiedTime(file, FileTime.fromMillis(2_000_000));
    assertThat(WeightsKey.of(TensorIndex.open(file), List.of("fp32"))).isNotEqualTo(key);
    Files.delete(file);
    SafetensorsWriter.write(file, tensors(0.2f), DType.F32);
    Files.setLastModifiedTime(file, time);
    assertThat(WeightsKey.of(TensorIndex.open(file), List.of("fp32"))).isNotEqualTo(key);
  }

  private static String number(int i) {
    return String.format(Locale.ROOT, "%064d", i);
  }

  private Path onlyFile() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  private static SortedMap<String, HostTensor> tensors(float first) {
    SortedMap<String, HostTensor> tensors = new TreeMap<>();
    tensors.put("10000", new HostTensor(new long[] {2, 2}, new float[] {first, -2, 3e-30f, 4}));
    tensors.put("10001", new HostTensor(new long[] {1, 0, 3}, new float[0]));
    tensors.put("10002", new HostTensor(new long[] {3}, new float[] {5, 6, 7}));
    return tensors;
  }

  private static void assertRead(SortedMap<String, HostTensor> read, float first) {
    SortedMap<String, HostTensor> expected = tensors(first);
    assertThat(read.keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach(
        (name, tensor) -> {
          HostTensor found = Objects.requireNonNull(read.get(name));
          assertThat(found.shape()).isEqualTo(tensor.shape());
          assertThat(found.values()).isEqualTo(tensor.values());
        });
  }
}
