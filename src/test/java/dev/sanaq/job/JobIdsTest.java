package dev.sanaq.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class JobIdsTest {
  @Test
  void recordPosition_becomesValidId() {
    String hash = "0123456789abcdef";
    assertThat(JobIds.ofRecord("sanaq.requests", 3, 42, hash))
        .isEqualTo("sanaq.requests-3-42-0123456789abcdef");
    String longest = JobIds.ofRecord("t".repeat(249), Integer.MAX_VALUE, Long.MAX_VALUE, hash);
    assertThat(JobIds.isValid(longest)).as(longest).isTrue();
  }

  @Test
  void isValid_onlyDots_isFalse() {
    assertThat(List.of(".", "..", "...", ".".repeat(128))).noneMatch(JobIds::isValid);
    assertThat(List.of(".a", "a.", "a..b", "..:", "-", ":", "..-")).allMatch(JobIds::isValid);
    assertThat(List.of(".", "..")).allMatch(id -> JobIds.isValid(JobIds.ofCloudEvent(id, "/s")));
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
