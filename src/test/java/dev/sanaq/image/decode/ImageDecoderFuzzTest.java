package dev.sanaq.image.decode;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.sanaq.image.RgbaImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Any bytes give an image of at most the allowed pixels, or an {@link UnreadableImageException};
 * never another exception, and never much memory.
 */
class ImageDecoderFuzzTest {
  private static final int ROUNDS = 1500;
  private static final long MAX_PIXELS = 1 << 16;

  /** Several times what 65,536 pixels need: 16 bits, four channels, and copies of them. */
  private static final long MAX_ALLOCATED = 48L << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gradient.png",
        "sixteen-bits.png",
        "animated.png",
        "oriented-6.png",
        "colour.jpg",
        "cmyk.jpg",
        "grey.jpg",
        "oriented-6.jpg",
        "lossy.webp",
        "gradient.webp",
        "animated.webp",
        "oriented-6.webp"
      })
  void decode_mutatedFile_isAnImageOrUnreadable(String name) throws IOException {
    byte[] valid = read(name);
    byte[] other = read("colour.jpg");
    Random random = new Random(name.hashCode());
    int unreadable = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = mutate(valid, other, random);
      long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
      try {
        RgbaImage image = ImageDecoder.decode("x", bytes, MAX_PIXELS);
        assertThat((long) image.width() * image.height()).isBetween(1L, MAX_PIXELS);
      } catch (UnreadableImageException e) {
        assertThat(e).hasMessageStartingWith("x: ");
        unreadable++;
      }
      long allocated = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
      assertThat(allocated).as("bytes allocated in round %s", round).isLessThan(MAX_ALLOCATED);
    }
    assertThat(unreadable).as("unreadable files of %s", ROUNDS).isGreaterThan(ROUNDS / 20);
  }

  /** Changes bytes, cuts, repeats or removes a part, or splices another file in. */
  private static byte[] mutate(byte[] valid, byte[] other, Random random) {
    byte[] bytes = valid.clone();
    for (int i = 0; i <= random.nextInt(3); i++) {
      int from = random.nextInt(bytes.length);
      int to = from + random.nextInt(bytes.length - from);
      switch (random.nextInt(6)) {
        case 0 -> bytes[from] = (byte) random.nextInt(256);
        case 1 -> bytes[from] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes = Arrays.copyOf(bytes, Math.max(from, 1));
        case 3 -> bytes = join(Arrays.copyOf(bytes, to), tail(bytes, from)); // repeats a part
        case 4 -> bytes = join(Arrays.copyOf(bytes, Math.max(from, 1)), tail(bytes, to));
        default ->
            bytes = join(Arrays.copyOf(bytes, from + 1), tail(other, random.nextInt(other.length)));
      }
    }
    return bytes;
  }

  private static byte[] tail(byte[] bytes, int from) {
    return Arrays.copyOfRange(bytes, from, bytes.length);
  }

  private static byte[] join(byte[] first, byte[] second) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.writeBytes(first);
    joined.writeBytes(second);
    return joined.toByteArray();
  }

  private static byte[] read(String name) throws IOException {
    try (InputStream file =
        Objects.requireNonNull(ImageDecoderFuzzTest.class.getResourceAsStream(name), name)) {
      return file.readAllBytes();
    }
  }
}
