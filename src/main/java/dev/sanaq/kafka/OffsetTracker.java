package dev.sanaq.kafka;

import java.util.Base64;
import java.util.BitSet;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.jspecify.annotations.Nullable;

/**
 * How far a partition is: which of its records are in work, and which are done although an earlier
 * one is not. The committed offset is the first that is not done, and the commit's metadata tells
 * the done ones behind it, so that whoever comes next does none of them again. One thread, the
 * consumer's.
 */
public final class OffsetTracker {
  /** Records from the committed offset on that may be in work: what the metadata can tell. */
  static final int MAX_OPEN_OFFSETS = 8192;

  // Brokers take 4096 characters of metadata. Gaps in a log can put a done record further off than
  // can be told; whoever comes next then finds its result on the storage.
  private static final int MAX_ENCODED_OFFSETS = 2 * MAX_OPEN_OFFSETS;

  private static final String METADATA_PREFIX = "sanaq1:";

  private final TreeSet<Long> inProgress = new TreeSet<>();
  private final TreeSet<Long> done = new TreeSet<>();
  private long nextOffset;

  private OffsetTracker(long next) {
    this.nextOffset = next;
  }

  /**
   * Goes on from what was committed.
   *
   * @param committed null where nothing ever was
   */
  public static OffsetTracker from(@Nullable OffsetAndMetadata committed) {
    if (committed == null) {
      return new OffsetTracker(0);
    }
    OffsetTracker progress = new OffsetTracker(committed.offset());
    progress.done.addAll(decode(committed));
    return progress;
  }

  private boolean isNew(long offset) {
    return offset >= firstUnfinished() && !done.contains(offset) && !inProgress.contains(offset);
  }

  /**
   * A record is read.
   *
   * @return whether it is to be worked on
   */
  public boolean startIfNew(long offset) {
    boolean isNew = isNew(offset);
    if (isNew) {
      inProgress.add(offset);
    }
    nextOffset = Math.max(nextOffset, offset + 1);
    return isNew;
  }

  /** A record is done. */
  public void markDone(long offset) {
    inProgress.remove(offset);
    done.add(offset);
    done.headSet(firstUnfinished()).clear();
  }

  /** Takes {@link #markDone} back: it was not committed. */
  public void reopen(long offset) {
    done.remove(offset);
    inProgress.add(offset);
  }

  /** What to commit. */
  public OffsetAndMetadata offsetToCommit() {
    return new OffsetAndMetadata(firstUnfinished(), Optional.empty(), encode());
  }

  /** Whether so many records are open that no more should be read. */
  public boolean isFull() {
    return nextOffset - firstUnfinished() >= MAX_OPEN_OFFSETS;
  }

  /** Whether what was committed says that this record is done. */
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
