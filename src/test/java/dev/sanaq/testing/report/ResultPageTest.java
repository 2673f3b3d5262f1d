package dev.sanaq.testing.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultPageTest {
  @Test
  void write_newPage_hasTitleAndMeasurement(@TempDir Path folder) {
    assertThat(written(folder, "| a |")).startsWith("# Load\n\n").endsWith("\n\n| a |\n");
  }

  @Test
  void write_again_keepsSummaryAndReplacesMeasurement(@TempDir Path folder) throws IOException {
    Path page = folder.resolve("load.md");
    Files.writeString(page, "# Load\n\n## Summary\n\n- fast\n");
    assertThat(written(folder, "| a |")).startsWith("# Load\n\n## Summary\n\n- fast\n\n");
    assertThat(written(folder, "| b |")).contains("- fast", "| b |").doesNotContain("| a |");
  }

  private static String written(Path folder, String measured) {
    Path page = folder.resolve("load.md");
    ResultPage.write(page, "Load", measured);
    try {
      return Files.readString(page);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
