package dev.sanaq.sana.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.sana.DeviceLostException;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.TorchException;
import org.junit.jupiter.api.Test;

/** An error of CUDA means a lost device only if the device computes no more. */
class DeviceLostTest {
  private static final TorchException FAILURE =
      new TorchException(
          "CUDA error: an illegal memory access was encountered", new IllegalStateException());

  /** The engine of the jar has no GPU: no call reaches one. */
  @Test
  void gpuThatDoesNotCompute_isLost() {
    DevicePlacement gpu = DevicePlacement.gpu(Precision.FP32, "for the test");
    assertThat(SanaPipeline.translate(FAILURE, "in the test", gpu))
        .isInstanceOf(DeviceLostException.class)
        .hasMessageContaining("cuda:0 computes no more")
        .hasMessageContaining("illegal memory access");
    TorchException other = new TorchException("shapes cannot be multiplied", new Exception());
    assertThat(SanaPipeline.translate(other, "in the test", gpu)).isSameAs(other);
  }

  @Test
  void deviceThatComputes_isNot() {
    DevicePlacement cpu = DevicePlacement.cpu(Precision.FP32);
    assertThat(SanaPipeline.translate(FAILURE, "in the test", cpu)).isSameAs(FAILURE);
  }
}
