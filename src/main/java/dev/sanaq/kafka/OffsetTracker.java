package dev.sanaq.kafka;

import java.util.Base64;
import java.util.BitSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Tracks the offsets of one partition: in progress, done, and the first that is not done. That one
 * is committed, in the transaction that publishes the results ({@code
 * worker.finish.ResultPublisher}); the commit's metadata contains a bitmap of the done offsets
 * after it, so that the partition's next consumer does not repeat them. One thread at a time.
 */
public final class OffsetTracker {
  /** Offsets from the committed one on that may be open: as many as the bitmap can hold. */
  static final int MAX_OPEN_OFFSETS = 8192;

  // Brokers accept 4096 characters of metadata. Gaps in a log can put a done offset beyond the
  // bitmap; the next consumer then finds the result of its job in S3.
  private static final int MAX_ENCODED_OFFSETS = 2 * MAX_OPEN_OFFSETS;

  private static final String METADATA_PREFIX = "sanaq1:";

  private final TreeSet<Long> inProgress = new TreeSet<>();
  private final TreeSet<Long> done = new TreeSet<>();
  private long nextOffset;

  private OffsetTracker(long nextOffset) {
    this.nextOffset = nextOffset;
  }

  /**
   * Starts from a committed offset.
   *
   * @param committed null if the group has never committed one
   */
  public static OffsetTracker from(@Nullable OffsetAndMetadata committed) {
    if (committed == null) {
      return new OffsetTracker(0);
    }
    OffsetTracker tracker = new OffsetTracker(committed.offset());
    tracker.done.addAll(decode(committed));
    return tracker;
  }

  /** The records before this offset do not exist any more; nothing was read yet. */
  public OffsetTracker skipTo(long offset) {
    nextOffset = Math.max(nextOffset, offset);
    done.headSet(firstUnfinished()).clear();
    return this;
  }

  private boolean isNew(long offset) {
    return offset >= firstUnfinished() && !done.contains(offset) && !inProgress.contains(offset);
  }

  /**
   * A record was polled.
   *
   * @return whether it is new; false if it is in progress or done
   */
  public boolean startIfNew(long offset) {
    boolean isNew = isNew(offset);
    if (isNew) {
      inProgress.add(offset);
    }
    nextOffset = Math.max(nextOffset, offset + 1);
    return isNew;
  }

  /** A record has a result, which is being committed. */
  public void markDone(long offset) {
    inProgress.remove(offset);
    done.add(offset);
    done.headSet(firstUnfinished()).clear();
  }

  /** Undoes {@link #markDone}: the transaction failed. */
  public void reopen(long offset) {
    // Those between are done by earlier transactions, and were forgotten as a part of the prefix.
    LongStream.range(offset + 1, firstUnfinished()).forEach(done::add);
    done.remove(offset);
    inProgress.add(offset);
  }

  /** The offset and the metadata to commit. */
  public OffsetAndMetadata offsetToCommit() {
    return new OffsetAndMetadata(firstUnfinished(), Optional.empty(), encode());
  }

  /** Whether so many offsets are open that no more records should be read. */
  public boolean isFull() {
    return nextOffset - firstUnfinished() >= MAX_OPEN_OFFSETS;
  }

  /** Whether a record is done according to the committed offset and metadata. */
  public static boolean isDone(@Nullable OffsetAndMetadata committed, long offset) {
    return committed != null && (offset < committed.offset() || decode(committed).contains(offset));
  }

  private long firstUnfinished() {
    return inProgress.isEmpty() ? nextOffset : inProgress.first();
  }

  private String encode() {
    if (done.isEmpty()) {
      return "";
    }
    BitSet bits = new BitSet();
    long first = firstUnfinished();
    done.subSet(first, first + MAX_ENCODED_OFFSETS)
        .forEach(offset -> bits.set((int) (offset - first)));
    return METADATA_PREFIX
        + Base64.getEncoder().withoutPadding().encodeToString(bits.toByteArray());
  }

  private static TreeSet<Long> decode(OffsetAndMetadata committed) {
    TreeSet<Long> offsets = new TreeSet<>();
    if (committed.metadata().startsWith(METADATA_PREFIX)) {
      byte[] bits =
          Base64.getDecoder().decode(committed.metadata().substring(METADATA_PREFIX.length()));
      BitSet.valueOf(bits).stream().forEach(bit -> offsets.add(committed.offset() + bit));
    }
    return offsets;
  }
}
