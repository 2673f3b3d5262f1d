package dev.sanaq.scaling;

import dev.sanaq.manifests.ScaledObjectSettings;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * KEDA and the horizontal pod autoscaler as documented: KEDA scales from zero to one, and from any
 * size to zero after the cooldown; otherwise the largest recommendation of the triggers counts,
 * with a tolerance of 10 percent, the stabilisation window and the scaling policies. Not
 * thread-safe.
 */
public final class Autoscaler {
  private static final double TOLERANCE = 0.1;

  private final ScaledObjectSettings settings;
  private final int sync;
  private final Deque<int[]> recommendations = new ArrayDeque<>();
  private final Deque<int[]> sizes = new ArrayDeque<>();
  private int lastActive;

  /**
   * @param sync seconds between decisions: 15 in Kubernetes
   */
  public Autoscaler(ScaledObjectSettings settings, int sync) {
    this.settings = settings;
    this.sync = sync;
  }

  /**
   * Decides the number of workers.
   *
   * @param now the time in seconds
   * @param size the present number of workers, including those that are starting
   * @param lag requests that are not committed
   * @param backlog queued and running work, in seconds of one worker
   */
  public int desiredReplicas(int now, int size, long lag, double backlog) {
    if (lag > 0) {
      lastActive = now;
    }
    sizes.addLast(new int[] {now, size});
    sizes.removeIf(
        old -> old[0] < now - Math.max(settings.scaleUpPeriod(), settings.scaleDownPeriod()));
    if (size == 0) {
      recommendations.clear();
      return lag > 0 && now % settings.pollingInterval() == 0 ? 1 : 0;
    }
    if (lag == 0 && now - lastActive >= settings.cooldownPeriod()) {
      return 0;
    }
    return now % sync == 0 ? stabilizedReplicas(now, size, lag, backlog) : size;
  }

  private int stabilizedReplicas(int now, int size, long lag, double backlog) {
    int recommended =
        Math.max(
            recommend(size, lag, settings.lagPerWorker()),
            recommend(size, backlog, settings.backlogPerWorker()));
    recommended = Math.max(1, Math.min(settings.maxReplicas(), recommended));
    recommendations.addLast(new int[] {now, recommended});
    recommendations.removeIf(old -> old[0] < now - settings.stabilizationWindow());
    if (recommended > size) {
      int before = sizeAt(now - settings.scaleUpPeriod(), size);
      int limit =
          Math.max(
              before * (100 + settings.scaleUpPercent()) / 100, before + settings.scaleUpPods());
      return Math.max(size, Math.min(recommended, limit));
    }
    int stabilized = recommendations.stream().mapToInt(old -> old[1]).max().orElse(recommended);
    int floor =
        sizeAt(now - settings.scaleDownPeriod(), size) * (100 - settings.scaleDownPercent()) / 100;
    return Math.min(size, Math.max(stabilized, Math.max(1, floor)));
  }

  private static int recommend(int size, double value, int perWorker) {
    double ratio = value / perWorker / size;
    return Math.abs(1 - ratio) <= TOLERANCE ? size : (int) Math.ceil(value / perWorker);
  }

  private int sizeAt(int time, int defaultSize) {
    return sizes.stream()
        .filter(s -> s[0] >= time)
        .mapToInt(s -> s[1])
        .findFirst()
        .orElse(defaultSize);
  }
}
