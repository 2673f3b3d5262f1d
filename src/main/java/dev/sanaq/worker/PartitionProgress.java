package dev.sanaq.worker;

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
final class PartitionProgress {
  /** Records from the committed offset on that may be in work: what the metadata can tell. */
  static final int LONGEST = 8192;

  // Brokers take 4096 characters of metadata. Gaps in a log can put a done record further off than
  // can be told; whoever comes next then finds its result on the storage.
  private static final int TOLD = 2 * LONGEST;

  private static final String MARK = "sanaq1:";

  private final TreeSet<Long> working = new TreeSet<>();
  private final TreeSet<Long> done = new TreeSet<>();
  private long next;

  private PartitionProgress(long next) {
    this.next = next;
  }

  /**
   * Goes on from what was committed.
   *
   * @param committed null where nothing ever was
   */
  static PartitionProgress from(@Nullable OffsetAndMetadata committed) {
    if (committed == null) {
      return new PartitionProgress(0);
    }
    PartitionProgress progress = new PartitionProgress(committed.offset());
    progress.done.addAll(decode(committed));
    return progress;
  }

  private boolean isNew(long offset) {
    return offset >= first() && !done.contains(offset) && !working.contains(offset);
  }

  /**
   * A record is read.
   *
   * @return whether it is to be worked on
   */
  boolean read(long offset) {
    boolean isNew = isNew(offset);
    if (isNew) {
      working.add(offset);
    }
    next = Math.max(next, offset + 1);
    return isNew;
  }

  /** A record is done. */
  void finish(long offset) {
    working.remove(offset);
    done.add(offset);
    done.headSet(first()).clear();
  }

  /** Takes {@link #finish} back: it was not committed. */
  void reopen(long offset) {
    done.remove(offset);
    working.add(offset);
  }

  /** What to commit. */
  OffsetAndMetadata position() {
    return new OffsetAndMetadata(first(), Optional.empty(), encode());
  }

  /** Whether so many records are open that no more should be read. */
  boolean isFull() {
    return next - first() >= LONGEST;
  }

  /** Whether what was committed says that this record is done. */
  static boolean isDone(@Nullable OffsetAndMetadata committed, long offset) {
    return committed != null && (offset < committed.offset() || decode(committed).contains(offset));
  }

  private long first() {
    return working.isEmpty() ? next : working.first();
  }

  private String encode() {
    if (done.isEmpty()) {
      return "";
    }
    BitSet bits = new BitSet();
    long first = first();
    done.subSet(first, first + TOLD).forEach(offset -> bits.set((int) (offset - first)));
    return MARK + Base64.getEncoder().withoutPadding().encodeToString(bits.toByteArray());
  }

  private static TreeSet<Long> decode(OffsetAndMetadata committed) {
    TreeSet<Long> offsets = new TreeSet<>();
    if (committed.metadata().startsWith(MARK)) {
      byte[] bits = Base64.getDecoder().decode(committed.metadata().substring(MARK.length()));
      BitSet.valueOf(bits).stream().forEach(bit -> offsets.add(committed.offset() + bit));
    }
    return offsets;
  }
}
