package dev.sanaq.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class JobIdsTest {
  @Test
  void recordPosition_becomesValidId() {
    assertThat(JobIds.ofRecord("sanaq.requests", 3, 42)).isEqualTo("sanaq.requests-3-42");
    String longest = JobIds.ofRecord("t".repeat(249), Integer.MAX_VALUE, Long.MAX_VALUE);
    assertThat(JobIds.isValid(longest)).as(longest).isTrue();
    assertThat(longest)
        .isNotEqualTo(JobIds.ofRecord("t".repeat(248), Integer.MAX_VALUE, Long.MAX_VALUE));
  }

  @Test
  void cloudEventIdAndSource_identifyOneJob() {
    List<String> ids =
        Stream.of(
                JobIds.ofCloudEvent("e-1", "/shop"),
                JobIds.ofCloudEvent("e-1", "/other"),
                JobIds.ofCloudEvent("e-1/", "shop"),
                JobIds.ofCloudEvent("e 1", "/shop"),
                JobIds.ofCloudEvent("é".repeat(500), "s"))
            .toList();
    assertThat(ids).doesNotHaveDuplicates().allMatch(JobIds::isValid);
    assertThat(ids.get(0)).startsWith("e-1-").isEqualTo(JobIds.ofCloudEvent("e-1", "/shop"));
  }
}
