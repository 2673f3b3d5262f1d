package dev.sanaq.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.files.TemporaryFolder.Purpose;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemporaryFolderTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final String RANDOM = "12345678901234567890";

  @TempDir private Path parent = Path.of("");

  @Test
  void folder_isReadByItsUserAlone_andDeletedWithItsFiles() throws IOException {
    Path path;
    try (TemporaryFolder folder = TemporaryFolder.create(parent, Purpose.EMOJI)) {
      path = folder.path();
      assertThat(path).isDirectory().hasParent(parent);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rwx------");
      Files.writeString(Files.createDirectory(path.resolve("a")).resolve("b"), "x");
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void folderOfLivingProcess_stays_untilTheProcessIsKilled() throws IOException {
    try (TestProcesses processes = new TestProcesses("temporary-folders");
        TemporaryFolder own = TemporaryFolder.create(parent, Purpose.LOCAL)) {
      ManagedProcess process = start(processes, 1);
      Path other = heldBy(process);
      own.deleteAbandoned();
      assertThat(other).isDirectory();
      process.kill();
      own.deleteAbandoned();
      assertThat(other).doesNotExist();
      assertThat(own.path()).isDirectory();
    }
  }

  @Test
  void processesThatStartAtOnce_leaveEachOthersFoldersAlone() throws IOException {
    try (TestProcesses processes = new TestProcesses("temporary-folders")) {
      List<ManagedProcess> started = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        started.add(start(processes, 300));
      }
      List<Path> held = started.stream().map(TemporaryFolderTest::heldBy).toList();
      assertThat(held).allMatch(Files::isDirectory);
      assertThat(names()).hasSize(3);
    }
  }

  @Test
  void folderOfAnEarlierVersion_isDeletedUnlessItsServicesRun() throws IOException {
    Path local = Files.createDirectory(parent.resolve("sanaq-local-" + RANDOM));
    Files.createFile(local.resolve(".kafka.lock"));
    Files.createFile(local.resolve(".s3.lock"));
    Files.writeString(Files.createDirectory(local.resolve("kafka")).resolve("log"), "x");
    try (TemporaryFolder own = TemporaryFolder.create(parent, Purpose.LIBRARIES)) {
      own.deleteAbandoned();
    }
    assertThat(local).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"sanaq-adapters", "sanaq-local-2024", "sanaq-data-" + RANDOM, "my-sanaq-local-1"})
  void folderOfAnotherName_stays(String name) throws IOException {
    Path folder = Files.createDirectory(parent.resolve(name));
    Files.createFile(folder.resolve(".lock"));
    try (TemporaryFolder own = TemporaryFolder.create(parent, Purpose.LIBRARIES)) {
      own.deleteAbandoned();
    }
    assertThat(folder).isDirectory();
  }

  @Test
  void folderOfAnotherUser_andLink_stay() throws IOException {
    Path folder = abandoned();
    Path target = Files.createDirectory(parent.resolve("target"));
    Files.createFile(target.resolve(".lock"));
    Path link = parent.resolve("sanaq-local-" + RANDOM);
    Files.createSymbolicLink(link, target);
    TemporaryFolder.deleteAbandoned(
        parent, parent.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("1"));
    assertThat(folder).isDirectory();
    TemporaryFolder.deleteAbandoned(parent, Files.getOwner(parent));
    assertThat(folder).doesNotExist();
    assertThat(link).isSymbolicLink();
    assertThat(target).isNotEmptyDirectory();
  }

  @Test
  void folderWithoutLock_isBeingCreated_unlessItIsOld() throws IOException {
    Path folder = Files.createDirectory(parent.resolve("sanaq-libraries-" + RANDOM));
    TemporaryFolder.deleteAbandoned(parent, Files.getOwner(parent));
    assertThat(folder).isDirectory();
    Files.setLastModifiedTime(folder, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
    TemporaryFolder.deleteAbandoned(parent, Files.getOwner(parent));
    assertThat(folder).doesNotExist();
  }

  private Path abandoned() throws IOException {
    Path folder = Files.createDirectory(parent.resolve("sanaq-libraries-" + RANDOM));
    Files.createFile(folder.resolve(".lock"));
    return folder;
  }

  private List<String> names() throws IOException {
    try (Stream<Path> paths = Files.list(parent)) {
      return paths.map(path -> String.valueOf(path.getFileName())).toList();
    }
  }

  private ManagedProcess start(TestProcesses processes, int rounds) {
    return processes.startTestMain(
        "process",
        TestProcesses.SHORT_LIVED,
        Map.of("parent", parent.toString(), "rounds", String.valueOf(rounds)),
        TemporaryFolderProcess.class);
  }

  private static Path heldBy(ManagedProcess process) {
    process.awaitOutput("holds ", TIMEOUT);
    String line = process.output().lines().filter(l -> l.startsWith("holds ")).findFirst().get();
    return Path.of(line.substring("holds ".length()));
  }
}
