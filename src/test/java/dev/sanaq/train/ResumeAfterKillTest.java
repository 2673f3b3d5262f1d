package dev.sanaq.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.read.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that is killed between two snapshots and resumed has the weights of an uninterrupted run,
 * bit for bit.
 */
class ResumeAfterKillTest {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  @Test
  void resume_afterKill_isBitIdentical(@TempDir Path folder) throws Exception {
    TinyTraining training = TinyTraining.create(folder);
    Path vae = training.autoencoder(folder.resolve("ae"), TinyTraining.noProgress());
    kill(training, "autoencoder", folder.resolve("ae-killed"), 5);
    training.autoencoder(folder.resolve("ae-killed"), TinyTraining.noProgress());
    assertSameFile(folder.resolve("ae"), folder.resolve("ae-killed"), "state-0000009.safetensors");
    assertSameFile(
        folder.resolve("ae"),
        folder.resolve("ae-killed"),
        "vae/diffusion_pytorch_model.safetensors");

    Path checkpoint = training.transformer(vae, folder.resolve("tr"), TinyTraining.noProgress());
    kill(training, "transformer", folder.resolve("tr-killed"), 6, vae.toString());
    training.transformer(vae, folder.resolve("tr-killed"), TinyTraining.noProgress());
    assertSameFile(folder.resolve("tr"), folder.resolve("tr-killed"), "state-0000009.safetensors");
    assertThat(lines(folder.resolve("tr-killed"))).hasSize(9);
    assertThat(Checkpoint.open(checkpoint).defaultSize()).isEqualTo(32);
  }

  /** Trains in a process that hangs after a step, past its last snapshot, and kills it. */
  private static void kill(
      TinyTraining training, String what, Path output, int step, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                TinyTraining.class.getName(),
                what,
                training.data().toString(),
                output.toString()));
    command.addAll(List.of(more));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.resolveSibling(what + ".log").toFile())
            .start();
    try {
      Instant end = Instant.now().plus(TIMEOUT);
      while (lines(output).size() < step && process.isAlive() && Instant.now().isBefore(end)) {
        TimeUnit.MILLISECONDS.sleep(50);
      }
      assertThat(lines(output))
          .as(Files.readString(output.resolveSibling(what + ".log")))
          .hasSize(step);
    } finally {
      process.destroyForcibly().waitFor(); // SIGKILL
    }
    try (Stream<Path> files = Files.list(output)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .doesNotContain("state-0000009.safetensors");
    }
  }

  private static List<String> lines(Path output) throws IOException {
    Path metrics = output.resolve("metrics.jsonl");
    return Files.exists(metrics) ? Files.readAllLines(metrics) : List.of();
  }

  private static void assertSameFile(Path a, Path b, String name) throws IOException {
    assertThat(Files.mismatch(a.resolve(name), b.resolve(name))).as(name).isEqualTo(-1);
  }
}
