package dev.sanaq.manifests.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.manifests.Containerfile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs the build stage that copies libtorch out of Python's packages, in a plain folder with other
 * libraries in libtorch's place.
 */
class LibtorchStageTest {
  private static final Path JDK_LIBRARIES = Path.of(System.getProperty("java.home"), "lib");

  @TempDir
  @SuppressWarnings("NullAway.Init") // set before each test
  private Path folder;

  private record Result(int exitCode, String output) {}

  @ParameterizedTest
  @ValueSource(strings = {"worker-cuda", "worker-native"})
  void completeLibraries_areCopiedWithoutPython(String image) throws Exception {
    Path site = packages();
    add(site.resolve("torch/lib/libtorch.so"), "libjsig.so");
    add(site.resolve("torch/lib/libtorch_python.so"), "libjava.so");
    add(site.resolve("nvidia/cudnn/lib/libcudnn.so.9"), "libjsig.so");
    Files.writeString(site.resolve("nvidia/cudnn/lib/libcudnn_static.a"), "archive");
    add(site.resolve("cusparselt/lib/libcusparseLt.so.0"), "libjsig.so");
    Result built = runStage(image);
    assertThat(built.exitCode()).as(built.output()).isZero();
    Path libtorch = folder.resolve("opt/libtorch");
    assertThat(libtorch.resolve("torch/lib/libtorch.so")).exists();
    assertThat(libtorch.resolve("torch/lib/libtorch_python.so")).doesNotExist();
    assertThat(libtorch.resolve("nvidia/cudnn/lib/libcudnn.so.9")).exists();
    assertThat(libtorch.resolve("nvidia/cudnn/lib/libcudnn_static.a")).doesNotExist();
    assertThat(libtorch.resolve("cusparselt/lib/libcusparseLt.so.0")).exists();
  }

  /** The JDK's libjava.so needs libjvm.so, which lies in another folder. */
  @ParameterizedTest
  @ValueSource(strings = {"worker-cuda", "worker-native"})
  void missingLibrary_failsTheBuildAndIsNamed(String image) throws Exception {
    Path site = packages();
    add(site.resolve("torch/lib/libtorch.so"), "libjsig.so");
    add(site.resolve("torch/lib/libtorch_cuda.so"), "libjava.so");
    Files.createDirectories(site.resolve("nvidia"));
    Result built = runStage(image);
    assertThat(built.exitCode()).isNotZero();
    assertThat(built.output()).contains("libjvm.so => not found");
  }

  private Path packages() throws IOException {
    Path site = Files.createDirectories(folder.resolve("site packages"));
    Path python = Files.createDirectories(folder.resolve("bin")).resolve("python");
    Files.writeString(python, "#!/bin/sh\necho '" + site + "'\n");
    Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwxr-xr-x"));
    return site;
  }

  private static void add(Path target, String library) throws IOException {
    Files.createDirectories(target.getParent());
    Files.copy(JDK_LIBRARIES.resolve(library), target);
  }

  private Result runStage(String image) throws Exception {
    String command =
        new Containerfile(Path.of("deploy", image + ".Containerfile"))
            .of("RUN")
            .get(0)
            .replace("/opt/libtorch", folder.resolve("opt/libtorch").toString());
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true);
    builder.environment().merge("PATH", "", (path, none) -> folder.resolve("bin") + ":" + path);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), output);
  }
}
