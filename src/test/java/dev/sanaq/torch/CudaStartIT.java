package dev.sanaq.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Starts a CUDA build of libtorch on a machine without a GPU. Downloads the package of Python with
 * pip, 3 GB, unless {@code -Dcuda.site=DIR} names a folder with it.
 */
@EnabledIfSystemProperty(
    named = "cuda.start",
    matches = "true",
    disabledReason = "needs -Pcuda-start")
class CudaStartIT {
  private static final Duration DOWNLOAD = Duration.ofMinutes(30);
  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  private static Path libtorch;

  /** The build stage of the container, with the folder in its place. */
  @BeforeAll
  static void copyLibtorch() throws Exception {
    Path work = Path.of("target/cuda-start").toAbsolutePath();
    Path site = Path.of(System.getProperty("cuda.site", work.resolve("site").toString()));
    libtorch = work.resolve("libtorch");
    try (TestProcesses processes = new TestProcesses("cuda-start-download")) {
      if (!Files.isDirectory(site)) {
        run(
            processes,
            "pip",
            DOWNLOAD,
            List.of("pip", "install", "--target", site.toString(), "torch==2.7.1"));
      }
      Files.createDirectories(libtorch.resolve("torch"));
      for (String part : List.of("torch/lib", "nvidia", "cusparselt")) {
        run(
            processes,
            "copy-" + part.replace('/', '-'),
            TIMEOUT,
            List.of(
                "cp", "-rfT", site.resolve(part).toString(), libtorch.resolve(part).toString()));
      }
    }
  }

  private static void run(
      TestProcesses processes, String name, Duration timeout, List<String> command) {
    ManagedProcess process = processes.startCommand(name, command, Map.of());
    assertThat(process.exitCode(timeout)).as(process.output()).isZero();
  }

  @Test
  void withoutDriver_saysSo() {
    assertThat(start()).contains("not started", "libcuda.so.1", "no NVIDIA driver");
  }

  /** This library alone needs the driver when it is loaded; libtorch itself loads it on demand. */
  @Test
  void withoutTheLibraryThatNeedsADriver_runsOnTheCpuAndSaysWhy() throws Exception {
    Path nvrtc = libtorch.resolve("torch/lib/libcaffe2_nvrtc.so");
    Path aside = libtorch.resolve("libcaffe2_nvrtc.so.aside");
    Files.move(nvrtc, aside);
    try {
      assertThat(start())
          .contains(
              "version 2.7.1",
              "auto cpu: cpu: libtorch is a CUDA build, but finds no GPU",
              "cuda: device cuda: libtorch is a CUDA build, but finds no GPU",
              "the GPU computes: false",
              "an image of 128 x 128");
    } finally {
      Files.move(aside, nvrtc);
    }
  }

  private static String start() {
    try (TestProcesses processes = new TestProcesses("cuda-start")) {
      ManagedProcess process =
          processes.startCommand(
              "start",
              List.of(
                  TestProcesses.jdkTool("java"),
                  "-cp",
                  Stream.of(System.getProperty("java.class.path").split(":", -1))
                      .filter(entry -> !entry.contains("pytorch-native"))
                      .collect(Collectors.joining(":")),
                  Start.class.getName()),
              Map.of(
                  "PYTORCH_LIBRARY_PATH", libtorch.resolve("torch/lib").toString(),
                  "PYTORCH_VERSION", "2.7.1",
                  "PYTORCH_FLAVOR", "cu128"));
      assertThat(process.exitCode(TIMEOUT)).as(process.output()).isZero();
      return process.output();
    }
  }

  /** The main class of that process. */
  static final class Start {
    private Start() {}

    /** Prints what the engine says. */
    public static void main(String... args) {
      try {
        System.out.println("version " + Torch.version());
      } catch (TorchException e) {
        System.out.println("not started: " + e.getMessage());
        return;
      }
      DevicePlacement chosen = Devices.choose("auto", "fp32");
      System.out.printf("auto %s: %s%n", chosen.torchDevice(), chosen.reason());
      try {
        Devices.choose("cuda", "fp32");
      } catch (IllegalArgumentException e) {
        System.out.println("cuda: " + e.getMessage());
      }
      DevicePlacement gpu = DevicePlacement.gpu(Precision.FP32, "for the test");
      System.out.println("the GPU computes: " + DeviceCheck.computes(gpu));
      generate(chosen);
    }

    /** All networks, the tokenizer and the sampler, with this build of libtorch on the CPU. */
    private static void generate(DevicePlacement placement) {
      Checkpoint checkpoint =
          Checkpoint.open(Path.of("src/main/resources/checkpoints/sanaq-emoji"));
      GenerationParams params =
          new GenerationParams(
              "a red apple",
              "",
              128,
              128,
              1,
              2.5,
              7,
              1,
              SolverKind.FLOW_DPM,
              false,
              true,
              List.of());
      try (SanaPipeline pipeline = SanaPipeline.load(checkpoint, placement, TextEncoder::load)) {
        RgbImage image = pipeline.generate(params, ProgressListener.NONE).images().get(0);
        System.out.printf("an image of %s x %s%n", image.width(), image.height());
      }
    }
  }
}
