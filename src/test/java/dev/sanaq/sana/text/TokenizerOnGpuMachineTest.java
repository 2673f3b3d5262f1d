package dev.sanaq.sana.text;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.util.cuda.CudaUtils;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With a GPU in sight DJL's tokenizers would download native code for it. DJL can ask a process of
 * its own about GPUs, which here is a script that reports an A100.
 */
class TokenizerOnGpuMachineTest {
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  @Test
  void tokenizer_usesTheLibraryOfTheJar(@TempDir Path folder) throws Exception {
    Path java = javaHomeOfOwn(folder.resolve("home")).resolve("bin/java");
    // The number of GPUs, CUDA's version, and the compute capability of each.
    Files.writeString(java, "#!/bin/sh\necho 1,12080,80\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path cache = folder.resolve("cache");
    try (TestProcesses processes = new TestProcesses("tokenizer-on-gpu")) {
      ManagedProcess process =
          processes.startCommand(
              "tokenizer",
              List.of(
                  TestProcesses.jdkTool("java"),
                  "-Dai.djl.util.cuda.fork=true",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Tokenizer.class.getName(),
                  folder.resolve("home").toString(),
                  Fixtures.path("tiny-sana/checkpoint/tokenizer/tokenizer.json").toString()),
              Map.of("DJL_CACHE_DIR", cache.toString()));
      assertThat(process.exitCode(TIMEOUT)).as(process.output()).isZero();
      assertThat(process.output()).contains("GPUs: 1, capability 80").contains("tokens: ");
    }
    try (Stream<Path> unpacked = Files.walk(cache)) {
      assertThat(unpacked.filter(file -> file.endsWith("libtokenizers.so")))
          .singleElement()
          .asString()
          .contains("-cpu-");
    }
  }

  /** A Java home that is this one, except for its folder of programs. */
  private static Path javaHomeOfOwn(Path home) throws IOException {
    Files.createDirectories(home.resolve("bin"));
    try (Stream<Path> parts = Files.list(Path.of(System.getProperty("java.home")))) {
      for (Path part : parts.filter(file -> !file.endsWith("bin")).toList()) {
        Files.createSymbolicLink(home.resolve(part.getFileName()), part);
      }
    }
    return home;
  }

  /** The main class of that process. */
  static final class Tokenizer {
    private Tokenizer() {}

    /** Arguments: the folder of the script, and the tokenizer's file. */
    public static void main(String... args) {
      System.setProperty("java.home", args[0]);
      System.out.printf(
          "GPUs: %d, capability %s%n", CudaUtils.getGpuCount(), CudaUtils.getComputeCapability(0));
      try (PromptTokenizer tokenizer = new PromptTokenizer(Path.of(args[1]), 1 << 20)) {
        System.out.println("tokens: " + tokenizer.encode("a pear").length);
      }
    }
  }
}
