package dev.sanaq.train;

import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.tensors.ExpectedShapes;
import dev.sanaq.train.config.TrainingPhase;
import dev.sanaq.train.loop.TrainingTask;
import dev.sanaq.train.optim.TrainableProgram;
import dev.sanaq.train.transformer.TransformerTask;
import java.util.List;
import java.util.Map;

/**
 * A task with a plain feed-forward network: Mix-FFN's 3x3 depthwise convolutions (paper, section
 * 2.2) are set to the identity and frozen.
 */
final class PlainFeedForwardTask implements TrainingTask {
  private static final String DEPTHWISE = ".ff.conv_depth.";

  private final TrainingTask task;
  private final Map<String, long[]> shapes;

  PlainFeedForwardTask(TrainingTask task, TransformerConfig config) {
    this.task = task;
    this.shapes = ExpectedShapes.of(config);
    shapes.forEach(
        (name, shape) -> {
          if (name.contains(DEPTHWISE)) {
            program().put(TransformerTask.TRANSFORMER_PREFIX + name, identityKernel(shape), shape);
          }
        });
  }

  /** 1 in the middle of each 3x3 kernel; biases are 0. */
  private static float[] identityKernel(long[] shape) {
    int kernel = shape.length == 1 ? 1 : 9;
    float[] numbers = new float[(int) shape[0] * kernel];
    for (int i = 4; i < numbers.length && kernel == 9; i += kernel) {
      numbers[i] = 1;
    }
    return numbers;
  }

  @Override
  public void selectTrainable(int phase) {
    task.selectTrainable(phase);
    for (String name : shapes.keySet()) {
      if (name.contains(DEPTHWISE)) {
        program().setTrainable(TransformerTask.TRANSFORMER_PREFIX + name, 0, 0);
      }
    }
  }

  @Override
  public TrainableProgram program() {
    return task.program();
  }

  @Override
  public List<? extends TrainingPhase> phases() {
    return task.phases();
  }

  @Override
  public float accumulateGradients(int phase, long step, int part, double share) {
    return task.accumulateGradients(phase, step, part, share);
  }

  @Override
  public Map<String, Object> lastBatch() {
    return task.lastBatch();
  }

  @Override
  public Map<String, Double> evaluate() {
    return task.evaluate();
  }

  @Override
  public void renderSamples(long step) {
    task.renderSamples(step);
  }

  @Override
  public void close() {
    task.close();
  }
}
