package dev.sanaq.train;

import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.checkpoint.WeightLoader;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.sana.transformer.LinearTransformer;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Precision;
import java.util.Map;
import org.assertj.core.data.Offset;

/** Small learners, and how far their numbers are from others. */
final class Learners {
  static final Placement CPU = Placement.cpu(Precision.FP32);

  private Learners() {}

  /** The training program with a checkpoint's transformer and text encoder; nothing is chosen. */
  static Learner transformer(Checkpoint checkpoint) {
    Learner learner =
        Learner.compile(
            "transformer_training",
            Map.of(
                "network",
                LinearTransformer.part(checkpoint.transformer(), false),
                "text",
                TextEncoder.part(checkpoint.textEncoder(), Precision.FP32),
                "adapter_scale",
                1.0,
                "flow",
                true),
            CPU);
    WeightLoader.load(checkpoint.transformerTensors(), learner.program(), "transformer.");
    WeightLoader.load(checkpoint.textEncoderTensors(), learner.program(), "text_encoder.");
    return learner;
  }

  static Offset<Double> within(double distance) {
    return Offset.offset(distance);
  }

  static double largestDifference(float[] found, float[] expected) {
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
