package dev.sanaq.train;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.WeightLoader;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.sana.transformer.SanaTransformer;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.train.optim.TrainableProgram;
import java.util.Map;
import org.assertj.core.data.Offset;

/** Small learners, and how far their numbers are from others. */
public final class TestPrograms {
  public static final DevicePlacement CPU = DevicePlacement.cpu(Precision.FP32);

  private TestPrograms() {}

  /** The training program with a checkpoint's transformer and text encoder; nothing is chosen. */
  public static TrainableProgram transformer(Checkpoint checkpoint) {
    TrainableProgram learner =
        TrainableProgram.compile(
            "transformer_training",
            Map.of(
                "network",
                SanaTransformer.scriptSource(checkpoint.transformer(), false),
                "text",
                TextEncoder.scriptSource(checkpoint.textEncoder(), Precision.FP32),
                "adapter_scale",
                1.0,
                "flow",
                true),
            CPU);
    WeightLoader.load(checkpoint.transformerTensors(), learner.script(), "transformer.");
    WeightLoader.load(checkpoint.textEncoderTensors(), learner.script(), "text_encoder.");
    return learner;
  }

  public static Offset<Double> tolerance(double distance) {
    return Offset.offset(distance);
  }

  public static double maxAbsDifference(float[] found, float[] expected) {
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(found[i] - expected[i]));
    }
    return largest;
  }

  /** The difference's length as a part of the expected one's. */
  static double relativeDifference(float[] found, float[] expected) {
    double difference = 0;
    double length = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow(found[i] - expected[i], 2);
      length += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / length);
  }
}
