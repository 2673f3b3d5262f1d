package dev.sanaq.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the engine says that memory ran out, and what is left of it. */
class TorchMemoryTest {
  @Test
  void hugeAllocation_isOutOfMemory_engineUsable() {
    long before = LiveValues.count();
    // 256 TiB: more than a process has addresses, whatever the system promises.
    TorchException refused =
        catchThrowableOfType(TorchException.class, () -> Torch.normal(1, 2, 1L << 46));
    assertThat(refused.getMessage()).contains("DefaultCPUAllocator: can't allocate memory");
    assertThat(refused.isOutOfMemory()).isTrue();
    assertThat(LiveValues.count()).isEqualTo(before);
    try (ScriptValue drawn = Torch.normal(1, 1, 2).get(0)) {
      assertThat(drawn.toFloats()).hasSize(2);
    }
  }

  /** In a JVM of its own with a heap of 64 MiB, since what it guards against is that it dies. */
  @Test
  void toFloats_heapTooSmall_throwsAndJvmSurvives() throws Exception {
    Process small =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeap.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(small.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(said).contains("refused: Java heap space", "alive");
    assertThat(small.waitFor()).isZero();
  }

  /** What the test above starts. */
  static final class SmallHeap {
    private SmallHeap() {}

    public static void main(String[] arguments) {
      try (ScriptValue large = Torch.normal(1, 1, 60_000_000).get(0)) {
        large.toFloats();
      } catch (OutOfMemoryError e) {
        System.out.println("refused: " + e.getMessage());
      }
      try (ScriptValue small = Torch.normal(1, 1, 2).get(0)) {
        System.out.println("alive, with " + small.toFloats().length);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 79 GiB",
        "CUDA error: out of memory",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory:"
            + " you tried to allocate 281474976710656 bytes. Error code 12",
        "std::bad_alloc"
      })
  void isOutOfMemory_knownMessages_true(String message) {
    assertThat(new TorchException(message, new IllegalStateException()).isOutOfMemory()).isTrue();
  }

  @Test
  void isOutOfMemory_otherMessage_false() {
    String message = "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)";
    assertThat(new TorchException(message, new IllegalStateException()).isOutOfMemory()).isFalse();
  }

  @Test
  void freeBytes_onCpu_isPositive() {
    DevicePlacement processor = DevicePlacement.cpu(Precision.FP32);
    assertThat(DeviceMemory.freeBytes(processor).orElseThrow()).isBetween(1L << 20, 1L << 46);
    DeviceMemory.releaseCaches(processor);
  }
}
