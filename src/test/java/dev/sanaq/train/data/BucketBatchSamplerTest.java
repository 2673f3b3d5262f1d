package dev.sanaq.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BucketBatchSamplerTest {
  @Test
  void epoch_yieldsEachRowPerRepeats() {
    BucketBatchSampler sampler =
        new BucketBatchSampler(new int[6], new int[] {1, 2, 3, 1, 1, 4}, 3, 9);
    assertThat(sampler.batchesPerEpoch()).isEqualTo(4);
    for (long epoch = 0; epoch < 3; epoch++) {
      assertThat(counts(sampler, 4 * epoch, 4 * epoch + 4))
          .isEqualTo(Map.of(0, 1, 1, 2, 2, 3, 3, 1, 4, 1, 5, 4));
    }
  }

  @Test
  void batch_isFromOneBucket_allBucketsCovered() {
    int[] buckets = {0, 1, 0, 1, 1, 0, 1, 1, 2};
    BucketBatchSampler sampler = new BucketBatchSampler(buckets, ones(9), 2, 3);
    Set<Integer> rows = new HashSet<>();
    for (long step = 0; step < sampler.batchesPerEpoch(); step++) {
      int[] batch = sampler.batch(step);
      assertThat(batch).hasSize(2);
      assertThat(buckets[batch[0]]).isEqualTo(buckets[batch[1]]);
      Arrays.stream(batch).forEach(rows::add);
    }
    assertThat(rows).hasSize(9);
    assertThat(sampler.batchesPerEpoch()).isEqualTo(2 + 3 + 1);
  }

  /** A resumed run creates a sampler that has not seen the earlier steps. */
  @Test
  void batch_dependsOnlyOnStep() {
    BucketBatchSampler inOrder = new BucketBatchSampler(new int[100], ones(100), 7, 42);
    int[][] batches = LongStream.range(0, 60).mapToObj(inOrder::batch).toArray(int[][]::new);
    for (int step : new int[] {59, 3, 17, 16, 31}) {
      assertThat(new BucketBatchSampler(new int[100], ones(100), 7, 42).batch(step))
          .isEqualTo(batches[step]);
      assertThat(inOrder.batch(step)).isEqualTo(batches[step]);
    }
  }

  /** Recorded, because a change would alter every resumed run. */
  @Test
  void order_forSeed_isStable() {
    BucketBatchSampler sampler = new BucketBatchSampler(new int[8], ones(8), 4, 1);
    assertThat(sampler.batch(0)).containsExactly(2, 0, 4, 1);
    assertThat(sampler.batch(1)).containsExactly(3, 6, 5, 7);
    assertThat(sampler.batch(2)).containsExactly(3, 6, 4, 1);
  }

  @Test
  void order_differsByEpochAndSeed() {
    BucketBatchSampler sampler = new BucketBatchSampler(new int[50], ones(50), 50, 1);
    assertThat(sampler.batch(0)).isNotEqualTo(sampler.batch(1));
    assertThat(new BucketBatchSampler(new int[50], ones(50), 50, 2).batch(0))
        .isNotEqualTo(sampler.batch(0));
  }

  /** Every row is equally likely to be first: 99.9 % quantile of chi-squared, 9 degrees. */
  @Test
  void shuffle_isUniform() {
    BucketBatchSampler sampler = new BucketBatchSampler(new int[10], ones(10), 10, 8);
    int[] firsts = new int[10];
    for (long epoch = 0; epoch < 5000; epoch++) {
      firsts[sampler.batch(epoch)[0]]++;
    }
    double chiSquared =
        Arrays.stream(firsts).mapToDouble(count -> (count - 500.) * (count - 500.) / 500).sum();
    assertThat(chiSquared).isLessThan(27.88);
  }

  @Test
  void invalidArguments_areRejected() {
    assertThatThrownBy(() -> new BucketBatchSampler(new int[0], new int[0], 1, 0))
        .hasMessageContaining("0 rows");
    assertThatThrownBy(() -> new BucketBatchSampler(new int[1], ones(1), 0, 0))
        .hasMessageContaining("batches of 0");
    assertThatThrownBy(() -> new BucketBatchSampler(new int[1], ones(1), 1, 0).batch(-1))
        .hasMessageContaining("-1");
  }

  private static Map<Integer, Integer> counts(BucketBatchSampler sampler, long from, long to) {
    Map<Integer, Integer> counts = new HashMap<>();
    LongStream.range(from, to)
        .mapToObj(sampler::batch)
        .flatMapToInt(Arrays::stream)
        .forEach(row -> counts.merge(row, 1, Integer::sum));
    return counts;
  }

  private static int[] ones(int length) {
    return IntStream.generate(() -> 1).limit(length).toArray();
  }
}
