package dev.sanaq.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;

class PartitionProgressTest {
  private static final int BROKERS_LIMIT = 4096;

  @Test
  void theCommittedOffsetIsTheFirstThatIsNotDone() {
    PartitionProgress progress = PartitionProgress.from(new OffsetAndMetadata(10));
    for (long offset = 10; offset < 14; offset++) {
      assertThat(progress.read(offset)).isTrue();
    }
    assertThat(progress.position().offset()).isEqualTo(10);
    List.of(11L, 13L).forEach(progress::finish);
    assertThat(progress.position().offset()).isEqualTo(10);
    progress.finish(10);
    assertThat(progress.position().offset()).isEqualTo(12);
    progress.finish(12);
    assertThat(progress.position()).isEqualTo(new OffsetAndMetadata(14));
  }

  @Test
  void whoeverComesNextDoesNothingAgain() {
    PartitionProgress progress = PartitionProgress.from(null);
    for (long offset = 0; offset < 5; offset++) {
      progress.read(offset);
    }
    List.of(1L, 3L).forEach(progress::finish);
    PartitionProgress next = PartitionProgress.from(progress.position());
    for (long offset = 0; offset < 6; offset++) {
      assertThat(next.read(offset))
          .as("offset %d", offset)
          .isEqualTo(offset % 2 == 0 || offset > 3);
    }
    List.of(0L, 2L, 4L, 5L).forEach(next::finish);
    assertThat(next.position().offset()).isEqualTo(6);
  }

  @Test
  void aRecordReadTwiceIsWorkedOnOnce() {
    PartitionProgress progress = PartitionProgress.from(new OffsetAndMetadata(3));
    assertThat(progress.read(3)).isTrue();
    assertThat(progress.read(3)).isFalse();
    progress.finish(3);
    assertThat(progress.read(3)).isFalse();
    assertThat(progress.position().offset()).isEqualTo(4);
  }

  @Test
  void whatWasNotCommittedIsOpenAgain() {
    PartitionProgress progress = PartitionProgress.from(null);
    progress.read(0);
    progress.read(1);
    progress.finish(0);
    progress.reopen(0);
    assertThat(progress.position().offset()).isZero();
  }

  @Test
  void theMetadataFitsTheBrokersLimitHoweverManyAreDone() {
    PartitionProgress progress = PartitionProgress.from(new OffsetAndMetadata(0));
    for (long offset = 0; !progress.isFull(); offset++) {
      progress.read(offset);
      if (offset > 0) {
        progress.finish(offset);
      }
    }
    // A gap in the log, as aborted transactions leave it.
    progress.read(5_000_000);
    progress.finish(5_000_000);
    assertThat(progress.position().offset()).isZero();
    assertThat(progress.position().metadata()).hasSizeLessThan(BROKERS_LIMIT);
  }

  @Test
  void whateverTheOrderEachRecordIsDoneOnceOverManyOwners() {
    Random random = new Random(7);
    Set<Long> done = new HashSet<>();
    OffsetAndMetadata committed = new OffsetAndMetadata(0);
    for (int owner = 0; owner < 200; owner++) {
      PartitionProgress progress = PartitionProgress.from(committed);
      for (long offset = committed.offset(); offset < committed.offset() + 50; offset++) {
        if (progress.read(offset) && random.nextInt(3) == 0) {
          assertThat(done.add(offset)).as("offset %d", offset).isTrue();
          progress.finish(offset);
        }
      }
      committed = progress.position();
      for (long offset = 0; offset < committed.offset(); offset++) {
        assertThat(done).contains(offset);
      }
    }
    assertThat(committed.offset()).isGreaterThan(100);
  }
}
