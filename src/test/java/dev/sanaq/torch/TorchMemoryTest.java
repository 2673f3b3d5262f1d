package dev.sanaq.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine reports running out of memory and stays usable. */
class TorchMemoryTest {
  @Test
  void hugeAllocation_isOutOfMemory_engineUsable() {
    long before = LiveValues.count();
    // 256 TiB exceed the address space, so overcommit does not help.
    TorchException refused =
        catchThrowableOfType(TorchException.class, () -> Torch.normal(1, 2, 1L << 46));
    assertThat(refused.getMessage()).contains("DefaultCPUAllocator: can't allocate memory");
    assertThat(refused.isOutOfMemory()).isTrue();
    assertThat(LiveValues.count()).isEqualTo(before);
    try (ScriptValue tensor = Torch.normal(1, 1, 2).get(0)) {
      assertThat(tensor.toFloats()).hasSize(2);
    }
  }

  /** Runs in its own JVM with a heap of 64 MiB, since a failure would crash it. */
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

  /** The main class of that JVM. */
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
        "GET was unable to find an engine to execute this computation",
        "FIND was unable to find an engine to execute this computation",
        "[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory:"
            + " you tried to allocate 281474976710656 bytes. Error code 12",
        "std::bad_alloc"
      })
  void isOutOfMemory_knownMessages_true(String message) {
    TorchException failure = new TorchException(message, new IllegalStateException());
    assertThat(failure.isOutOfMemory()).isTrue();
    assertThat(failure.isCudaError()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CUDA error: an illegal memory access was encountered",
        "CUDA error: unspecified launch failure",
        "CUDA error: uncorrectable ECC error encountered",
        "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm( handle, opa, opb)`",
        "cuDNN error: CUDNN_STATUS_INTERNAL_ERROR"
      })
  void isCudaError_knownMessages_true(String message) {
    TorchException failure = new TorchException(message, new IllegalStateException());
    assertThat(failure.isCudaError()).isTrue();
    assertThat(failure.isOutOfMemory()).isFalse();
  }

  /** The engine of the jar has no GPU, as a process that has lost its own. */
  @Test
  void deviceCheck_cpuComputes_absentGpuDoesNot() {
    assertThat(DeviceCheck.computes(DevicePlacement.cpu(Precision.FP32))).isTrue();
    assertThat(DeviceCheck.computes(DevicePlacement.gpu(Precision.FP32, "for the test"))).isFalse();
  }

  @Test
  void isOutOfMemory_otherMessage_false() {
    String message = "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)";
    TorchException failure = new TorchException(message, new IllegalStateException());
    assertThat(failure.isOutOfMemory()).isFalse();
    assertThat(failure.isCudaError()).isFalse();
  }

  @Test
  void freeBytes_onCpu_isPositive() {
    DevicePlacement processor = DevicePlacement.cpu(Precision.FP32);
    assertThat(DeviceMemory.freeBytes(processor).orElseThrow()).isBetween(1L << 20, 1L << 46);
    DeviceMemory.releaseCaches(processor);
  }
}
