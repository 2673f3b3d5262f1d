package dev.sanaq.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the engine says that memory ran out, and what is left of it. */
class TorchMemoryTest {
  @Test
  void whatNoMachineHoldsIsRecognisedAsOutOfMemoryAndTheEngineGoesOn() {
    long before = OpenValues.count();
    // 256 TiB: more than a process has addresses, whatever the system promises.
    TorchException refused =
        catchThrowableOfType(TorchException.class, () -> Torch.normal(1, 2, 1L << 46));
    assertThat(refused.getMessage()).contains("DefaultCPUAllocator: can't allocate memory");
    assertThat(refused.isOutOfMemory()).isTrue();
    assertThat(OpenValues.count()).isEqualTo(before);
    try (Value drawn = Torch.normal(1, 1, 2).get(0)) {
      assertThat(drawn.toFloats()).hasSize(2);
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
  void itsWordsForItAreKnown(String message) {
    assertThat(new TorchException(message, new IllegalStateException()).isOutOfMemory()).isTrue();
  }

  @Test
  void anotherFailureIsNotTakenForIt() {
    String message = "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)";
    assertThat(new TorchException(message, new IllegalStateException()).isOutOfMemory()).isFalse();
  }

  @Test
  void theProcessorHasFreeMemoryAndNoCachesToGiveBack() {
    Placement processor = Placement.cpu(Precision.FP32);
    assertThat(DeviceMemory.free(processor).orElseThrow()).isBetween(1L << 20, 1L << 46);
    DeviceMemory.releaseCaches(processor);
  }
}
