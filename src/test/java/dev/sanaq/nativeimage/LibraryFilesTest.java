package dev.sanaq.nativeimage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The libraries beside the executable. */
class LibraryFilesTest {
  @ParameterizedTest
  @CsvSource({
    "native/lib/linux-x86_64/cpu/libtokenizers.so, libtokenizers.so",
    "jnilib/linux-x86_64/cpu/libdjl_torch.so, libdjl_torch-cpu.so",
    "jnilib/linux-x86_64/cu128/libdjl_torch.so, libdjl_torch-cu128.so"
  })
  void library_isFileBesideExecutable(String resource, String name, @TempDir Path folder)
      throws IOException {
    Path file = Files.createFile(folder.resolve(name));
    assertThat(NativeMetadataTest.resources()).contains(resource);
    assertThat(LibraryFiles.find(folder.resolve("sanaq"), resource)).isEqualTo(file);
  }

  /** The build copies what the executable looks for. */
  @Test
  void build_copiesEveryLibrary() throws IOException {
    List<String> pom = Files.readAllLines(Path.of("pom.xml"));
    assertThat(pom)
        .anyMatch(line -> line.contains("native/lib/linux-x86_64/cpu/libtokenizers.so"))
        .anyMatch(line -> line.contains("jnilib/linux-x86_64/*/libdjl_torch.so"))
        .anyMatch(line -> line.contains("to=\"libdjl_torch-\\1.so\""));
  }

  @Test
  void missingLibrary_isNamed(@TempDir Path folder) {
    assertThatThrownBy(
            () ->
                LibraryFiles.find(
                    folder.resolve("sanaq"), "native/lib/linux-x86_64/cpu/libtokenizers.so"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "%s is missing: copy the build's target/*.so next to the executable",
            folder.resolve("libtokenizers.so"));
  }
}
