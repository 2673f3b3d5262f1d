package dev.sanaq.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryFolderTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir private Path temporary = Path.of("");

  @Test
  void librariesOfKilledProcess_areDeletedByTheNextOne_whichLeavesNothing() throws IOException {
    try (TestProcesses processes = new TestProcesses("libraries")) {
      ManagedProcess killed = start(processes, true);
      killed.awaitOutput("loaded ", TIMEOUT);
      assertThat(killed.output()).contains("libsnappyjava.so", "libwebp-imageio.so");
      killed.kill();
      Path left = onlyFolder();
      assertThat(left).isNotEmptyDirectory();

      ManagedProcess next = start(processes, false);
      assertThat(next.exitCode(TIMEOUT)).as(next.output()).isZero();
      assertThat(next.output())
          .contains("libsnappyjava.so", "libwebp-imageio.so")
          .doesNotContain(left.toString());
      assertThat(temporary).isEmptyDirectory();
    }
  }

  private Path onlyFolder() throws IOException {
    try (Stream<Path> paths = Files.list(temporary)) {
      Path[] found = paths.toArray(Path[]::new);
      assertThat(found).hasSize(1);
      return found[0];
    }
  }

  private ManagedProcess start(TestProcesses processes, boolean hold) {
    return processes.startTestMain(
        "process",
        TestProcesses.SHORT_LIVED,
        Map.of("java.io.tmpdir", temporary.toString(), "hold", String.valueOf(hold)),
        LibraryProcess.class);
  }
}
