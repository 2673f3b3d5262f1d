package dev.sanaq.testing.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultPageTest {
  @TempDir Path folder;

  @Test
  void write_newPage_hasTitleAndMeasurement() {
    assertThat(written("| a |")).startsWith("# Load\n\n").endsWith("\n\n| a |\n");
  }

  @Test
  void write_again_keepsSummaryAndReplacesMeasurement() throws IOException {
    Path page = folder.resolve("load.md");
    Files.writeString(page, "# Load\n\n## Summary\n\n- fast\n");
    assertThat(written("| a |")).startsWith("# Load\n\n## Summary\n\n- fast\n\n");
    assertThat(written("| b |")).contains("- fast", "| b |").doesNotContain("| a |");
  }

  private String written(String measured) {
    Path page = folder.resolve("load.md");
    ResultPage.write(page, "Load", measured);
    try {
      return Files.readString(page);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
