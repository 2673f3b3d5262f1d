package dev.sanaq.train.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Which rows each step learns. An epoch takes every row as often as it repeats: the rows of each
 * bucket are shuffled and cut into batches, and the batches shuffled. A bucket's last batch is
 * filled up from the shuffle's start, so that small buckets are learnt too. What a step gets
 * depends on its number and the seed alone. For one thread at a time.
 */
public final class BucketBatchSampler {
  private static final int SHUFFLE_INDEX = -1;

  private final List<int[]> buckets;
  private final int batchSize;
  private final long seed;
  private final int batchesPerEpoch;
  private long epoch = -1;
  private List<int[]> batches = List.of();

  /**
   * An order.
   *
   * @param bucketOfRow any number a bucket
   * @param repeatsOfRow how often a row is in an epoch, as long as the buckets
   * @param batchSize rows a batch, at least 1
   */
  public BucketBatchSampler(int[] bucketOfRow, int[] repeatsOfRow, int batchSize, long seed) {
    if (bucketOfRow.length == 0 || bucketOfRow.length != repeatsOfRow.length || batchSize < 1) {
      throw new IllegalArgumentException(
          "an order needs rows and a batch: %d rows, %d repeats, batches of %d"
              .formatted(bucketOfRow.length, repeatsOfRow.length, batchSize));
    }
    this.batchSize = batchSize;
    this.seed = seed;
    this.buckets = buckets(bucketOfRow, repeatsOfRow);
    this.batchesPerEpoch =
        buckets.stream().mapToInt(rows -> (rows.length + batchSize - 1) / batchSize).sum();
  }

  /** How many steps pass until every row was learnt. */
  public int batchesPerEpoch() {
    return batchesPerEpoch;
  }

  /**
   * The rows of a step.
   *
   * @param step from 0
   * @return {@code batchSize} numbers of rows, all of one bucket; a row may come twice
   */
  public int[] batch(long step) {
    if (step < 0) {
      throw new IllegalArgumentException("steps count from 0, not from " + step);
    }
    if (step / batchesPerEpoch != epoch) {
      epoch = step / batchesPerEpoch;
      batches = shuffleEpoch(epoch);
    }
    return batches.get((int) (step % batchesPerEpoch)).clone();
  }

  private static List<int[]> buckets(int[] bucketOfRow, int[] repeatsOfRow) {
    List<int[]> buckets = new ArrayList<>();
    for (int bucket : Arrays.stream(bucketOfRow).distinct().sorted().toArray()) {
      List<Integer> rows = new ArrayList<>();
      for (int row = 0; row < bucketOfRow.length; row++) {
        for (int i = 0; bucketOfRow[row] == bucket && i < repeatsOfRow[row]; i++) {
          rows.add(row);
        }
      }
      buckets.add(rows.stream().mapToInt(Integer::intValue).toArray());
    }
    return buckets;
  }

  private List<int[]> shuffleEpoch(long number) {
    RandomGenerator random = StepRng.of(seed, number, SHUFFLE_INDEX);
    List<int[]> all = new ArrayList<>();
    for (int[] bucket : buckets) {
      int[] rows = bucket.clone();
      for (int i = rows.length - 1; i > 0; i--) {
        swap(rows, i, random.nextInt(i + 1));
      }
      for (int start = 0; start < rows.length; start += batchSize) {
        int[] batch = new int[batchSize];
        for (int i = 0; i < batchSize; i++) {
          batch[i] = rows[(start + i) % rows.length];
        }
        all.add(batch);
      }
    }
    for (int i = all.size() - 1; i > 0; i--) {
      all.set(i, all.set(random.nextInt(i + 1), all.get(i)));
    }
    return all;
  }

  private static void swap(int[] rows, int a, int b) {
    int kept = rows[a];
    rows[a] = rows[b];
    rows[b] = kept;
  }
}
