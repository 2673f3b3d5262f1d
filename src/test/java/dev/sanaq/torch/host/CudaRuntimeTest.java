package dev.sanaq.torch.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the engine's copy of NVIDIA's runtime library is. */
class CudaRuntimeTest {
  private static final String OTHER =
      "7f00 r-xp 00000000 08:02 11 /opt/libtorch/torch/lib/libc10_cuda.so\n"
          + "7f10 rw-p 00000000 00:00 0\n"
          + "7f20 r-xp 00000000 08:02 12 /opt/libcudart/libother.so.1\n";

  /** As wheels of Python and libtorch's archive name it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/opt/libtorch/nvidia/cuda_runtime/lib/libcudart.so.12",
        "/opt/with space/lib/libcudart-9335f6a2.so.12"
      })
  void mappedRuntime_isFound(String library, @TempDir Path folder) throws Exception {
    Path mappings = folder.resolve("maps");
    Files.writeString(mappings, OTHER + "7f30 r-xp 00000000 08:02 13 " + library + "\n");
    assertThat(CudaRuntime.libraryIn(mappings)).hasValue(library);
  }

  @Test
  void noRuntime_isEmpty(@TempDir Path folder) throws Exception {
    Path mappings = folder.resolve("maps");
    Files.writeString(mappings, OTHER);
    assertThat(CudaRuntime.libraryIn(mappings)).isEmpty();
    assertThat(CudaRuntime.libraryIn(folder.resolve("absent"))).isEmpty();
    assertThat(CudaRuntime.ofEngine()).isEmpty();
  }
}
