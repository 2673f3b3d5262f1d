package dev.sanaq.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real failures of the file system. */
class FileErrorsTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by the test's framework
  private Path folder;

  @Test
  void missingFile_isDescribedWithPathAndReason() {
    Path missing = folder.resolve("none");
    assertThat(describe(() -> Files.readAllBytes(missing)))
        .isEqualTo(missing + ": no such file or folder");
    assertThat(describe(() -> Files.list(missing).close()))
        .isEqualTo(missing + ": no such file or folder");
  }

  @Test
  void existingFile_isDescribed() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "x");
    assertThat(describe(() -> Files.createFile(file)))
        .isEqualTo(file + ": a file of this name exists already");
    assertThat(describe(() -> Files.createDirectory(folder)))
        .isEqualTo(folder + ": a folder of this name exists already");
    assertThat(describe(() -> Files.list(file).close())).isEqualTo(file + ": it is not a folder");
    assertThat(describe(() -> Files.delete(folder)))
        .isEqualTo(folder + ": the folder is not empty");
    Path below = file.resolve("b");
    assertThat(describe(() -> Files.writeString(below, "x")))
        .isEqualTo(below + ": a part of the path is not a folder");
  }

  @Test
  void folderInsteadOfFile_isNamedByTheCaller() {
    assertThat(describe(() -> FileErrors.naming(folder, () -> Files.readAllBytes(folder))))
        .isEqualTo(folder + ": it is a folder");
  }

  @Test
  void textOfAnotherEncoding_isNamedByTheCaller() throws IOException {
    Path file = Files.write(folder.resolve("a"), new byte[] {(byte) 0xff, (byte) 0xfe});
    assertThat(describe(() -> FileErrors.naming(file, () -> Files.readString(file))))
        .isEqualTo(file + ": it is not UTF-8 text");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void fullDisk_isNamedByTheCaller() {
    Path full = Path.of("/dev/full");
    assertThat(describe(() -> FileErrors.naming(full, () -> Files.write(full, new byte[1]))))
        .isEqualTo("/dev/full: no space left on the disk");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void folderWithoutPermission_isDescribed() {
    Path file = Path.of("/sys/none");
    assertThat(describe(() -> Files.write(file, new byte[1])))
        .isEqualTo("/sys/none: no permission");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void atomicFile_fullDisk_namesTheTargetAndLeavesNothing() throws IOException {
    Path target = folder.resolve("out.png");
    Path temporary = folder.resolve(".out.png." + ProcessHandle.current().pid());
    Files.createSymbolicLink(temporary, Path.of("/dev/full"));
    assertThat(describe(() -> AtomicFile.write(target, new byte[9])))
        .isEqualTo(target + ": no space left on the disk");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void atomicFile_overOlderFile_replacesIt() throws IOException {
    Path target = Files.writeString(folder.resolve("a"), "older and longer");
    AtomicFile.write(target, "new");
    assertThat(target).hasContent("new");
    assertThat(folder)
        .isDirectoryContaining("glob:**/a")
        .satisfies(f -> assertThat(Files.list(f)).hasSize(1));
  }

  @Test
  void naming_success_passes() throws IOException {
    FileErrors.naming(folder, () -> Files.createFile(folder.resolve("a")));
    assertThat(folder.resolve("a")).exists();
    assertThatThrownBy(() -> FileErrors.naming(folder, () -> Files.createFile(folder.resolve("a"))))
        .hasMessage(folder + ": a file of this name exists already");
  }

  private static String describe(FileErrors.Action action) {
    return FileErrors.describe(catchThrowableOfType(IOException.class, action::run));
  }
}
