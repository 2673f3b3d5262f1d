package dev.sanaq.train.optim;

import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.HostTensor;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.script.ScriptSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * A network that learns, with its optimizer: the calls that every training program answers. Weights
 * are put first, then chosen, then {@link #enableGrad} makes them learn. One caller at a time.
 */
public final class TrainableProgram implements AutoCloseable {
  private static final int CHUNK_BYTES = 8 << 20;

  private final ScriptProgram script;

  TrainableProgram(ScriptProgram program) {
    this.script = program;
  }

  /** The training program of a text beside this class, with its optimizer and its networks. */
  public static TrainableProgram compile(
      String name, Map<String, ?> attributes, DevicePlacement placement) {
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
    all.put("optimizer", new ScriptSource(TrainableProgram.class, "optimizer", none));
    return new TrainableProgram(
        ScriptProgram.compile(new ScriptSource(TrainableProgram.class, name, all), placement));
  }

  public ScriptProgram script() {
    return script;
  }

  /** Gives a weight its first numbers. */
  public void put(String name, float[] numbers, long... shape) {
    upload("load_weight", name, numbers, shape);
  }

  /** Gives back what {@link #tensor} gave, a state or an average; before {@link #enableGrad}. */
  public void restore(String key, float[] numbers, long... shape) {
    upload("restore", key, numbers, shape);
  }

  private void upload(String method, String name, float[] numbers, long... shape) {
    int most = CHUNK_BYTES / Float.BYTES;
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(Math.min(most, numbers.length) * Float.BYTES)
            .order(ByteOrder.nativeOrder());
    for (int at = 0; at < numbers.length; at += most) {
      int count = Math.min(most, numbers.length - at);
      bytes.clear();
      bytes.asFloatBuffer().put(numbers, at, count);
      bytes.limit(count * Float.BYTES);
      script.loadWeight(method, name, bytes, Precision.FP32, Precision.FP32, shape, at);
    }
  }

  /**
   * Says that a weight learns.
   *
   * @param rate its multiple of the rate
   * @param decay its weight decay
   */
  public void setTrainable(String name, double rate, double decay) {
    try (ScriptValue key = ScriptValue.of(name);
        ScriptValue multiple = ScriptValue.of(rate);
        ScriptValue shrink = ScriptValue.of(decay)) {
      script.call("set_trainable", key, multiple, shrink).close();
    }
  }

  /** Ends the preparation: gradients can be asked for. */
  public void enableGrad() {
    try (ScriptValue any = ScriptValue.floats(new float[1], 1)) {
      script.callWithGrad("enable_grad", any).close();
    }
  }

  /** Runs a method that adds to the gradients, and answers its loss. */
  public float accumulateGradients(String method, ScriptValue... tensors) {
    try (ScriptValue loss = script.callWithGrad(method, tensors)) {
      return loss.toFloats()[0];
    }
  }

  /**
   * Makes the gradients' common norm at most {@code limit}.
   *
   * @param limit 0 for none
   * @return the norm before that
   */
  public float clipGradNorm(double limit) {
    try (ScriptValue most = ScriptValue.of(limit);
        ScriptValue norm = script.call("clip_grad_norm", most)) {
      return norm.toFloats()[0];
    }
  }

  /** The numbers of a {@code weight.}, {@code average.}, {@code gradient.} or {@code state.}. */
  public float[] tensor(String key) {
    try (ScriptValue name = ScriptValue.of(key);
        ScriptValue found = script.call("tensor", name)) {
      return found.toFloats();
    }
  }

  /**
   * All there is to continue from: {@code weight.}, {@code average.} and {@code state.} tensors.
   */
  public Map<String, HostTensor> stateDict() {
    try (ScriptValue all = script.call("state_dict")) {
      return all.toTensors();
    }
  }

  /** Undoes every choice, and the optimizer's memory with them; averages stay. */
  public void resetOptimizer() {
    script.call("reset_optimizer").close();
  }

  /**
   * One step of AdamW with the gradients so far, then the averages follow.
   *
   * @param step from 1
   */
  public void adamw(double rate, double beta1, double beta2, double eps, long step) {
    try (ScriptValue r = ScriptValue.of(rate);
        ScriptValue b1 = ScriptValue.of(beta1);
        ScriptValue b2 = ScriptValue.of(beta2);
        ScriptValue e = ScriptValue.of(eps);
        ScriptValue s = ScriptValue.of(step)) {
      script.call("adamw", r, b1, b2, e, s).close();
    }
  }

  /** One step of CAME with the gradients so far. */
  public void came(double rate, double beta1, double beta2, double beta3, double threshold) {
    try (ScriptValue r = ScriptValue.of(rate);
        ScriptValue b1 = ScriptValue.of(beta1);
        ScriptValue b2 = ScriptValue.of(beta2);
        ScriptValue b3 = ScriptValue.of(beta3);
        ScriptValue t = ScriptValue.of(threshold)) {
      script.call("came", r, b1, b2, b3, t).close();
    }
  }

  /** Lets the averages follow the weights, and forgets the gradients. */
  public void updateEma(double decay) {
    try (ScriptValue d = ScriptValue.of(decay)) {
      script.call("update_ema", d).close();
    }
  }

  @Override
  public void close() {
    script.close();
  }
}
