package dev.sanaq.checkpoint.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.solver.StepCacheSchedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepCacheFileTest {
  private static final StepCacheSchedule FAST =
      new StepCacheSchedule("fast", SolverKind.FLOW_DPM, 20, List.of(3, 5, 6), 2, 1.25);

  @TempDir private Path folder = Path.of("");

  @Test
  void written_isReadAgain_newScheduleReplacesThatOfItsName() throws IOException {
    assertThat(StepCacheFile.read(folder)).isEqualTo(StepCacheFile.NONE);
    StepCacheSchedule euler =
        new StepCacheSchedule("fast", SolverKind.FLOW_EULER, 20, List.of(4), 0, 0.5);
    StepCacheSchedule other =
        new StepCacheSchedule("fast", SolverKind.FLOW_DPM, 20, List.of(7), 1, 2);
    StepCacheFile file = new StepCacheFile("fast", List.of(FAST)).with(List.of(euler, other));
    Files.writeString(folder.resolve(StepCacheFile.FILE), file.toJson());
    StepCacheFile read = StepCacheFile.read(folder);
    assertThat(read.defaultPreset()).isEqualTo("fast");
    assertThat(read.schedules()).containsExactly(euler, other);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"fast\"|\"fastest\"|schedules[0]",
        "\"fast\"|\"none\"|schedules[0]",
        "flow-dpm|dpm|schedules[0]",
        "[ 3, 5, 6 ]|[ 0, 5 ]|schedules[0]",
        "[ 3, 5, 6 ]|[ 5, 3 ]|schedules[0]",
        "[ 3, 5, 6 ]|[ 5, 20 ]|schedules[0]",
        "[ 3, 5, 6 ]|[ 2.5 ]|schedules[0]",
        "[ 3, 5, 6 ]|7|schedules[0]",
        "\"order\" : 2|\"order\" : 9|schedules[0]",
        "\"default\" : \"none\"|\"default\" : \"quick\"|default",
        "\"schedules\"|\"scheduled\"|schedules"
      })
  void wrongValue_isRefusedByName(String right, String wrong, String key) throws IOException {
    String json = StepCacheFile.NONE.with(List.of(FAST)).toJson();
    assertThat(json).contains(right);
    Path file = folder.resolve(StepCacheFile.FILE);
    Files.writeString(file, json.replace(right, wrong));
    assertThatThrownBy(() -> StepCacheFile.read(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("%s: %s", file, key);
  }
}
