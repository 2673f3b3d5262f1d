package dev.sanaq.local;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
  @Test
  void acquire_fileInsteadOfFolder_namesFolderAndReason(@TempDir Path temp) throws IOException {
    Path file = Files.writeString(temp.resolve("data"), "x");
    assertThatThrownBy(() -> FolderLock.acquire(file, LocalServiceKind.KAFKA))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(
            "the folder %s cannot be used: a file of this name exists already".formatted(file));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void acquire_folderWithoutPermission_namesFolderAndReason() {
    Path folder = Path.of("/sys/none");
    assertThatThrownBy(() -> FolderLock.acquire(folder, LocalServiceKind.S3))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("the folder /sys/none cannot be used: no permission");
  }
}
