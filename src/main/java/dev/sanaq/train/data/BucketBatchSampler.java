package dev.sanaq.train.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Samples the batch of each step. An epoch takes each row as often as it repeats: the rows of each
 * bucket are shuffled and cut into batches, then the batches are shuffled. The last batch of a
 * bucket is filled from the start of its shuffle, so small buckets are used too. A batch depends
 * only on the step and the seed. For one thread at a time.
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
   * Groups the rows by bucket.
   *
   * @param bucketOfRow id of the bucket of each row
   * @param repeatsOfRow number of times that each row is in an epoch
   * @param batchSize rows per batch, at least 1
   */
  public BucketBatchSampler(int[] bucketOfRow, int[] repeatsOfRow, int batchSize, long seed) {
    if (bucketOfRow.length == 0 || bucketOfRow.length != repeatsOfRow.length || batchSize < 1) {
      throw new IllegalArgumentException(
          "no rows, or not as many repeats, or no batch: %s rows, %s repeats, batches of %s"
              .formatted(bucketOfRow.length, repeatsOfRow.length, batchSize));
    }
    this.batchSize = batchSize;
    this.seed = seed;
    this.buckets = buckets(bucketOfRow, repeatsOfRow);
    this.batchesPerEpoch =
        buckets.stream().mapToInt(rows -> (rows.length + batchSize - 1) / batchSize).sum();
  }

  /** Number of batches in an epoch. */
  public int batchesPerEpoch() {
    return batchesPerEpoch;
  }

  /**
   * The rows of a step.
   *
   * @param step from 0
   * @return {@code batchSize} row numbers of one bucket; a row may occur twice
   */
  public int[] batch(long step) {
    if (step < 0) {
      throw new IllegalArgumentException("steps start at 0, got " + step);
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
    List<int[]> shuffled = new ArrayList<>();
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
        shuffled.add(batch);
      }
    }
    for (int i = shuffled.size() - 1; i > 0; i--) {
      shuffled.set(i, shuffled.set(random.nextInt(i + 1), shuffled.get(i)));
    }
    return shuffled;
  }

  private static void swap(int[] rows, int a, int b) {
    int previous = rows[a];
    rows[a] = rows[b];
    rows[b] = previous;
  }
}
