package dev.sanaq.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The choice of device and precision, for GPUs that this machine need not have. */
class DevicesTest {
  private static final GpuDetection NONE =
      new GpuDetection(0, OptionalInt.empty(), "libtorch is a CPU build");

  private static GpuDetection gpu(int capability) {
    return new GpuDetection(1, OptionalInt.of(capability), "");
  }

  @ParameterizedTest
  @CsvSource({"75, fp16", "80, bf16", "90, bf16", "120, bf16"})
  void gpu_precisionFollowsItsCapability(int capability, String precision) {
    for (String device : new String[] {"auto", "cuda"}) {
      DevicePlacement chosen = Devices.choose(device, "auto", gpu(capability));
      assertThat(chosen.torchDevice()).isEqualTo("cuda:0");
      assertThat(chosen.precision().label()).isEqualTo(precision);
      assertThat(chosen.packsWeights()).isFalse();
    }
  }

  @Test
  void gpuOfUnknownCapability_bf16AndSaysSo() {
    GpuDetection unknown = new GpuDetection(1, OptionalInt.empty(), "");
    DevicePlacement chosen = Devices.choose("cuda", "auto", unknown);
    assertThat(chosen.precision()).isEqualTo(Precision.BF16);
    assertThat(chosen.reason()).contains("compute capability is unknown");
  }

  @Test
  void gpuWithoutKernels_autoIsTheCpuAndSaysWhy_cudaIsRefused() {
    String reason = "the GPU has compute capability 7.0";
    DevicePlacement chosen = Devices.choose("auto", "auto", gpu(70));
    assertThat(chosen.torchDevice()).isEqualTo("cpu");
    assertThat(chosen.reason()).contains(reason, "7.5 (Turing) and newer");
    assertThatThrownBy(() -> Devices.choose("cuda", "auto", gpu(70)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void noGpu_autoIsTheCpu_cudaIsRefusedWithTheReason() {
    assertThat(Devices.choose("auto", "fp32", NONE).torchDevice()).isEqualTo("cpu");
    assertThatThrownBy(() -> Devices.choose("cuda", "fp32", NONE))
        .hasMessage("device cuda: libtorch is a CPU build; or use device cpu");
    assertThatThrownBy(() -> Devices.choose("tpu", "fp32", NONE)).hasMessageContaining("tpu");
  }

  @ParameterizedTest
  @CsvSource({"80, int8", "89, int8", "120, int8", "89, fp8", "90, fp8", "100, fp8"})
  void eightBits_onGpuThatHasThem_besideBf16(int capability, String precision) {
    DevicePlacement chosen = Devices.choose("auto", precision, gpu(capability));
    assertThat(chosen.torchDevice()).isEqualTo("cuda:0");
    assertThat(chosen.precision().label()).isEqualTo(precision);
    assertThat(chosen.basePrecision()).isEqualTo(Precision.BF16);
    assertThat(chosen.withoutEightBit().precision()).isEqualTo(Precision.BF16);
  }

  @ParameterizedTest
  @CsvSource({
    "75, int8, 8.0 or newer, 7.5, fp16",
    "75, fp8, 8.9 to 10.0, 7.5, fp16",
    "80, fp8, 8.9 to 10.0, 8.0, int8 or bf16",
    "86, fp8, 8.9 to 10.0, 8.6, int8 or bf16",
    "120, fp8, 8.9 to 10.0, 12.0, int8 or bf16"
  })
  void eightBits_onGpuWithoutThem_areRefusedWithWhatToUse(
      int capability, String precision, String needed, String found, String remedy) {
    for (String device : new String[] {"auto", "cuda"}) {
      assertThatThrownBy(() -> Devices.choose(device, precision, gpu(capability)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "precision %s needs a GPU of compute capability %s, and this one has %s; use %s",
              precision, needed, found, remedy);
    }
  }

  @Test
  void fp8_onCpu_isRefusedWithTheReasonForTheCpu() {
    assertThatThrownBy(() -> Devices.choose("cpu", "fp8"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("only for GPUs, and the device is the CPU (requested); use int8");
    assertThatThrownBy(() -> Devices.choose("auto", "fp8", NONE))
        .hasMessageContaining("the device is the CPU (libtorch is a CPU build)");
  }

  @Test
  void int8_onCpu_besideFp32() {
    DevicePlacement chosen = Devices.choose("cpu", "int8");
    assertThat(chosen.basePrecision()).isEqualTo(Precision.FP32);
    assertThat(chosen.packsWeights()).isTrue();
  }

  /** The jar's libtorch, which has no CUDA, whatever hardware and libraries the machine has. */
  @Test
  void engineForCpus_countsNoGpu() {
    GpuDetection found = GpuDetection.detect();
    assertThat(found.count()).isZero();
    assertThat(found.absence()).contains("libtorch is a CPU build");
    assertThat(Devices.choose("auto", "fp32").torchDevice()).isEqualTo("cpu");
  }

  @Test
  void driverButEngineForCpus_saysWhatToInstall(@TempDir Path folder) throws Exception {
    Path driver = folder.resolve("nvidia");
    assertThat(GpuDetection.cpuBuild(driver)).isEqualTo("libtorch is a CPU build");
    Files.createDirectory(driver);
    assertThat(GpuDetection.cpuBuild(driver))
        .contains("has an NVIDIA driver", "install a CUDA build of libtorch 2.7.1");
  }

  @Test
  void engineForCuda_withoutDriver_saysWhatToDo() {
    String cause =
        "java.lang.UnsatisfiedLinkError: /opt/libtorch/torch/lib/libcaffe2_nvrtc.so: libcuda.so.1:"
            + " cannot open shared object file: No such file or directory";
    assertThat(TorchEngine.advice(cause)).contains("no NVIDIA driver", "container toolkit");
    assertThat(TorchEngine.advice("java.lang.UnsatisfiedLinkError: libgomp.so.1")).isEmpty();
  }
}
