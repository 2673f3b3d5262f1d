package dev.sanaq.scaling;

import dev.sanaq.manifests.ScaledObjectSettings;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * KEDA with the autoscaler of Kubernetes as they are documented: zero to one and back by KEDA, all
 * else by the largest wish of the triggers, a tolerance of a tenth, the windows and the steps.
 */
public final class Autoscaler {
  private static final double TOLERANCE = 0.1;

  private final ScaledObjectSettings numbers;
  private final int sync;
  private final Deque<int[]> recommendations = new ArrayDeque<>();
  private final Deque<int[]> sizes = new ArrayDeque<>();
  private int lastActive;

  /**
   * @param sync seconds between decisions: 15 in Kubernetes
   */
  public Autoscaler(ScaledObjectSettings numbers, int sync) {
    this.numbers = numbers;
    this.sync = sync;
  }

  /**
   * How many workers there shall be.
   *
   * @param now seconds
   * @param size workers there are, those that still start among them
   * @param lag requests not committed
   * @param backlog seconds of work
   */
  public int desiredReplicas(int now, int size, long lag, double backlog) {
    if (lag > 0) {
      lastActive = now;
    }
    sizes.addLast(new int[] {now, size});
    sizes.removeIf(
        old -> old[0] < now - Math.max(numbers.scaleUpPeriod(), numbers.scaleDownPeriod()));
    if (size == 0) {
      recommendations.clear();
      return lag > 0 && now % numbers.pollingInterval() == 0 ? 1 : 0;
    }
    if (size == 1 && lag == 0 && now - lastActive >= numbers.cooldownPeriod()) {
      return 0;
    }
    return now % sync == 0 ? stabilizedReplicas(now, size, lag, backlog) : size;
  }

  private int stabilizedReplicas(int now, int size, long lag, double backlog) {
    // Kafka's trigger asks for no more workers than there are partitions; the other one may.
    double byLag = Math.min(lag, (long) numbers.partitions() * numbers.lagPerWorker());
    int wish =
        Math.max(
            recommend(size, byLag, numbers.lagPerWorker()),
            recommend(size, backlog, numbers.backlogPerWorker()));
    wish = Math.max(1, Math.min(numbers.maxReplicas(), wish));
    recommendations.addLast(new int[] {now, wish});
    recommendations.removeIf(old -> old[0] < now - numbers.stabilizationWindow());
    if (wish > size) {
      int before = sizeAt(now - numbers.scaleUpPeriod(), size);
      int most =
          Math.max(before * (100 + numbers.scaleUpPercent()) / 100, before + numbers.scaleUpPods());
      return Math.max(size, Math.min(wish, most));
    }
    int kept = recommendations.stream().mapToInt(old -> old[1]).max().orElse(wish);
    int least =
        sizeAt(now - numbers.scaleDownPeriod(), size) * (100 - numbers.scaleDownPercent()) / 100;
    return Math.min(size, Math.max(kept, Math.max(1, least)));
  }

  private static int recommend(int size, double value, int perWorker) {
    double ratio = value / perWorker / size;
    return Math.abs(1 - ratio) <= TOLERANCE ? size : (int) Math.ceil(value / perWorker);
  }

  private int sizeAt(int time, int otherwise) {
    return sizes.stream()
        .filter(s -> s[0] >= time)
        .mapToInt(s -> s[1])
        .findFirst()
        .orElse(otherwise);
  }
}
