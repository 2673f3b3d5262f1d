package dev.sanaq.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;

class OffsetTrackerTest {
  private static final int MAX_METADATA_LENGTH = 4096;

  @Test
  void committedOffset_isFirstUnfinished() {
    OffsetTracker progress = OffsetTracker.from(new OffsetAndMetadata(10));
    for (long offset = 10; offset < 14; offset++) {
      assertThat(progress.startIfNew(offset)).isTrue();
    }
    assertThat(progress.offsetToCommit().offset()).isEqualTo(10);
    List.of(11L, 13L).forEach(progress::markDone);
    assertThat(progress.offsetToCommit().offset()).isEqualTo(10);
    progress.markDone(10);
    assertThat(progress.offsetToCommit().offset()).isEqualTo(12);
    progress.markDone(12);
    assertThat(progress.offsetToCommit()).isEqualTo(new OffsetAndMetadata(14));
  }

  @Test
  void nextOwner_skipsFinishedOffsets() {
    OffsetTracker progress = OffsetTracker.from(null);
    for (long offset = 0; offset < 5; offset++) {
      progress.startIfNew(offset);
    }
    List.of(1L, 3L).forEach(progress::markDone);
    OffsetTracker next = OffsetTracker.from(progress.offsetToCommit());
    for (long offset = 0; offset < 6; offset++) {
      assertThat(next.startIfNew(offset))
          .as("offset %s", offset)
          .isEqualTo(offset % 2 == 0 || offset > 3);
    }
    List.of(0L, 2L, 4L, 5L).forEach(next::markDone);
    assertThat(next.offsetToCommit().offset()).isEqualTo(6);
  }

  @Test
  void deletedRecords_areSkipped_finishedOnesAfterThemStayFinished() {
    OffsetTracker progress = OffsetTracker.from(null);
    for (long offset = 0; offset < 8; offset++) {
      progress.startIfNew(offset);
    }
    List.of(2L, 6L).forEach(progress::markDone);
    OffsetTracker next = OffsetTracker.from(progress.offsetToCommit()).skipTo(5);
    assertThat(next.offsetToCommit().offset()).isEqualTo(5);
    OffsetTracker owner = OffsetTracker.from(next.offsetToCommit());
    assertThat(owner.startIfNew(5)).isTrue();
    assertThat(owner.startIfNew(6)).isFalse();
    assertThat(owner.startIfNew(7)).isTrue();
  }

  @Test
  void recordReadTwice_startsOnce() {
    OffsetTracker progress = OffsetTracker.from(new OffsetAndMetadata(3));
    assertThat(progress.startIfNew(3)).isTrue();
    assertThat(progress.startIfNew(3)).isFalse();
    progress.markDone(3);
    assertThat(progress.startIfNew(3)).isFalse();
    assertThat(progress.offsetToCommit().offset()).isEqualTo(4);
  }

  @Test
  void uncommittedRecord_reopens() {
    OffsetTracker progress = OffsetTracker.from(null);
    progress.startIfNew(0);
    progress.startIfNew(1);
    progress.markDone(0);
    progress.reopen(0);
    assertThat(progress.offsetToCommit().offset()).isZero();
  }

  @Test
  void uncommittedRecord_reopens_andLaterOnesStayFinished() {
    OffsetTracker progress = OffsetTracker.from(null);
    for (long offset = 0; offset < 4; offset++) {
      progress.startIfNew(offset);
    }
    List.of(1L, 2L).forEach(progress::markDone);
    progress.markDone(0);
    progress.reopen(0);
    OffsetAndMetadata committed = progress.offsetToCommit();
    assertThat(committed.offset()).isZero();
    assertThat(OffsetTracker.isDone(committed, 1)).isTrue();
    assertThat(OffsetTracker.isDone(committed, 2)).isTrue();
    assertThat(OffsetTracker.isDone(committed, 3)).isFalse();
    assertThat(progress.startIfNew(2)).isFalse();
  }

  @Test
  void failedTransactions_undoNothingThatWasCommitted() {
    Random random = new Random(7);
    for (int round = 0; round < 50; round++) {
      OffsetTracker progress = OffsetTracker.from(null);
      List<Long> open = new ArrayList<>();
      Set<Long> committed = new HashSet<>();
      for (long offset = 0; offset < 60; offset++) {
        progress.startIfNew(offset);
        open.add(offset);
      }
      while (!open.isEmpty()) {
        Collections.shuffle(open, random);
        List<Long> batch = open.subList(0, 1 + random.nextInt(Math.min(6, open.size())));
        batch.forEach(progress::markDone);
        if (random.nextInt(3) == 0) {
          Collections.shuffle(batch, random);
          batch.forEach(progress::reopen);
        } else {
          committed.addAll(batch);
          batch.clear();
        }
        OffsetAndMetadata next = progress.offsetToCommit();
        for (long offset = 0; offset < 60; offset++) {
          assertThat(OffsetTracker.isDone(next, offset))
              .as("offset %s, round %s", offset, round)
              .isEqualTo(committed.contains(offset));
        }
      }
    }
  }

  @Test
  void metadata_withManyFinished_fitsBrokerLimit() {
    OffsetTracker progress = OffsetTracker.from(new OffsetAndMetadata(0));
    for (long offset = 0; !progress.isFull(); offset++) {
      progress.startIfNew(offset);
      if (offset > 0) {
        progress.markDone(offset);
      }
    }
    // A gap in the log, as aborted transactions leave it.
    progress.startIfNew(5_000_000);
    progress.markDone(5_000_000);
    assertThat(progress.offsetToCommit().offset()).isZero();
    assertThat(progress.offsetToCommit().metadata()).hasSizeLessThan(MAX_METADATA_LENGTH);
  }

  @Test
  void randomOrder_manyOwners_processEachRecordOnce() {
    Random random = new Random(7);
    Set<Long> done = new HashSet<>();
    OffsetAndMetadata committed = new OffsetAndMetadata(0);
    for (int owner = 0; owner < 200; owner++) {
      OffsetTracker progress = OffsetTracker.from(committed);
      for (long offset = committed.offset(); offset < committed.offset() + 50; offset++) {
        if (progress.startIfNew(offset) && random.nextInt(3) == 0) {
          assertThat(done.add(offset)).as("offset %s", offset).isTrue();
          progress.markDone(offset);
        }
      }
      committed = progress.offsetToCommit();
      for (long offset = 0; offset < committed.offset(); offset++) {
        assertThat(done).contains(offset);
      }
    }
    assertThat(committed.offset()).isGreaterThan(100);
  }
}
