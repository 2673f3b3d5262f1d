package dev.sanaq.train;

import dev.sanaq.torch.HostTensor;
import dev.sanaq.torch.Part;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.Program;
import dev.sanaq.torch.Value;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * A network that learns, with its optimiser: the calls that every training program answers. Weights
 * are put first, then chosen, then {@link #begin} makes them learn. One caller at a time.
 */
final class Learner implements AutoCloseable {
  private static final int PART_BYTES = 8 << 20;

  private final Program program;

  Learner(Program program) {
    this.program = program;
  }

  /** The training program of a text beside this class, with its optimiser and its networks. */
  static Learner compile(String name, Map<String, ?> attributes, Placement placement) {
    Map<String, Object> all = new HashMap<>(attributes);
    Map<String, Object> none =
        Map.of(
            "rates",
            Map.of(),
            "decays",
            Map.of(),
            "gradients",
            Map.of(),
            "state",
            Map.of(),
            "average",
            Map.of());
    all.put("optimiser", new Part(Learner.class, "optimiser", none));
    return new Learner(Program.compile(new Part(Learner.class, name, all), placement));
  }

  Program program() {
    return program;
  }

  /** Gives a weight its first numbers. */
  void put(String name, float[] numbers, long... shape) {
    copy("put", name, numbers, shape);
  }

  /** Gives back what {@link #tensor} gave, a state or an average; before {@link #begin}. */
  void restore(String key, float[] numbers, long... shape) {
    copy("restore", key, numbers, shape);
  }

  private void copy(String method, String name, float[] numbers, long... shape) {
    int most = PART_BYTES / Float.BYTES;
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(Math.min(most, numbers.length) * Float.BYTES)
            .order(ByteOrder.nativeOrder());
    for (int at = 0; at < numbers.length; at += most) {
      int count = Math.min(most, numbers.length - at);
      bytes.clear();
      bytes.asFloatBuffer().put(numbers, at, count);
      bytes.limit(count * Float.BYTES);
      program.put(method, name, bytes, Precision.FP32, Precision.FP32, shape, at);
    }
  }

  /**
   * Says that a weight learns.
   *
   * @param rate its multiple of the rate
   * @param decay its weight decay
   */
  void choose(String name, double rate, double decay) {
    try (Value key = Value.of(name);
        Value multiple = Value.of(rate);
        Value shrink = Value.of(decay)) {
      program.call("choose", key, multiple, shrink).close();
    }
  }

  /** Ends the preparation: gradients can be asked for. */
  void begin() {
    try (Value any = Value.floats(new float[1], 1)) {
      program.learn("begin", any).close();
    }
  }

  /** Runs a method that adds to the gradients, and answers its loss. */
  float gradients(String method, Value... tensors) {
    try (Value loss = program.learn(method, tensors)) {
      return loss.toFloats()[0];
    }
  }

  /**
   * Makes the gradients' common norm at most {@code limit}.
   *
   * @param limit 0 for none
   * @return the norm before that
   */
  float clip(double limit) {
    try (Value most = Value.of(limit);
        Value norm = program.call("clip", most)) {
      return norm.toFloats()[0];
    }
  }

  /** The numbers of a {@code weight.}, {@code average.}, {@code gradient.} or {@code state.}. */
  float[] tensor(String key) {
    try (Value name = Value.of(key);
        Value found = program.call("tensor", name)) {
      return found.toFloats();
    }
  }

  /**
   * All there is to continue from: {@code weight.}, {@code average.} and {@code state.} tensors.
   */
  Map<String, HostTensor> tensors() {
    try (Value all = program.call("tensors")) {
      return all.toTensors();
    }
  }

  /** Undoes every choice, and the optimiser's memory with them; averages stay. */
  void forget() {
    program.call("forget").close();
  }

  /**
   * One step of AdamW with the gradients so far, then the averages follow.
   *
   * @param step from 1
   */
  void adamw(double rate, double beta1, double beta2, double eps, long step) {
    try (Value r = Value.of(rate);
        Value b1 = Value.of(beta1);
        Value b2 = Value.of(beta2);
        Value e = Value.of(eps);
        Value s = Value.of(step)) {
      program.call("adamw", r, b1, b2, e, s).close();
    }
  }

  /** One step of CAME with the gradients so far. */
  void came(double rate, double beta1, double beta2, double beta3, double threshold) {
    try (Value r = Value.of(rate);
        Value b1 = Value.of(beta1);
        Value b2 = Value.of(beta2);
        Value b3 = Value.of(beta3);
        Value t = Value.of(threshold)) {
      program.call("came", r, b1, b2, b3, t).close();
    }
  }

  /** Lets the averages follow the weights, and forgets the gradients. */
  void follow(double decay) {
    try (Value d = Value.of(decay)) {
      program.call("follow", d).close();
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
