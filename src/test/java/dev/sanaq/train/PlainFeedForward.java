package dev.sanaq.train;

import dev.sanaq.sana.checkpoint.Shapes;
import dev.sanaq.sana.checkpoint.TransformerConfig;
import java.util.List;
import java.util.Map;

/**
 * The same task with a plain feed-forward: Mix-FFN's 3x3 depthwise convolutions (paper, section
 * 2.2) are made to pass on each token alone, and stay so.
 */
final class PlainFeedForward implements Task {
  private static final String DEPTHWISE = ".ff.conv_depth.";

  private final Task task;
  private final Map<String, long[]> shapes;

  PlainFeedForward(Task task, TransformerConfig config) {
    this.task = task;
    this.shapes = Shapes.of(config);
    shapes.forEach(
        (name, shape) -> {
          if (name.contains(DEPTHWISE)) {
            learner().put(TransformerTask.TRANSFORMER + name, passing(shape), shape);
          }
        });
  }

  /** 1 in the middle of each 3x3 kernel; biases are 0. */
  private static float[] passing(long[] shape) {
    int kernel = shape.length == 1 ? 1 : 9;
    float[] numbers = new float[(int) shape[0] * kernel];
    for (int i = 4; i < numbers.length && kernel == 9; i += kernel) {
      numbers[i] = 1;
    }
    return numbers;
  }

  @Override
  public void choose(int phase) {
    task.choose(phase);
    for (String name : shapes.keySet()) {
      if (name.contains(DEPTHWISE)) {
        learner().choose(TransformerTask.TRANSFORMER + name, 0, 0);
      }
    }
  }

  @Override
  public Learner learner() {
    return task.learner();
  }

  @Override
  public List<? extends Phase> phases() {
    return task.phases();
  }

  @Override
  public float gradients(int phase, long step, int part, double share) {
    return task.gradients(phase, step, part, share);
  }

  @Override
  public Map<String, Object> lastBatch() {
    return task.lastBatch();
  }

  @Override
  public Map<String, Double> measure() {
    return task.measure();
  }

  @Override
  public void show(long step) {
    task.show(step);
  }

  @Override
  public void close() {
    task.close();
  }
}
