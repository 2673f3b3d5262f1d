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
 * A TorchScript network with its optimizer: the methods that all training programs share. Load the
 * weights first, then {@linkplain #setTrainable select} those to train, then call {@link
 * #enableGrad}. For one thread at a time.
 */
public final class TrainableProgram implements AutoCloseable {
  private static final int CHUNK_BYTES = 8 << 20;

  private final ScriptProgram script;

  TrainableProgram(ScriptProgram program) {
    this.script = program;
  }

  /**
   * Compiles a training program with its optimizer.
   *
   * @param name the TorchScript resource beside this class
   * @param attributes its networks and constants
   */
  public static TrainableProgram compile(
      String name, Map<String, ?> attributes, DevicePlacement placement) {
    Map<String, Object> all = new HashMap<>(attributes);
    Map<String, Object> emptyState =
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
    all.put("optimizer", new ScriptSource(TrainableProgram.class, "optimizer", emptyState));
    return new TrainableProgram(
        ScriptProgram.compile(new ScriptSource(TrainableProgram.class, name, all), placement));
  }

  /** The compiled program. */
  public ScriptProgram script() {
    return script;
  }

  /** Loads a weight. */
  public void put(String name, float[] values, long... shape) {
    upload("load_weight", name, values, shape);
  }

  /** Restores an entry of {@link #stateDict}: state or average; before {@link #enableGrad}. */
  public void restore(String key, float[] values, long... shape) {
    upload("restore", key, values, shape);
  }

  private void upload(String method, String name, float[] values, long... shape) {
    int chunk = CHUNK_BYTES / Float.BYTES;
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(Math.min(chunk, values.length) * Float.BYTES)
            .order(ByteOrder.nativeOrder());
    for (int offset = 0; offset < values.length; offset += chunk) {
      int count = Math.min(chunk, values.length - offset);
      bytes.clear();
      bytes.asFloatBuffer().put(values, offset, count);
      bytes.limit(count * Float.BYTES);
      script.loadWeight(method, name, bytes, Precision.FP32, Precision.FP32, shape, offset);
    }
  }

  /**
   * Makes a weight trainable.
   *
   * @param rateScale multiple of the learning rate
   * @param weightDecay its weight decay
   */
  public void setTrainable(String name, double rateScale, double weightDecay) {
    try (ScriptValue key = ScriptValue.of(name);
        ScriptValue scale = ScriptValue.of(rateScale);
        ScriptValue decay = ScriptValue.of(weightDecay)) {
      script.call("set_trainable", key, scale, decay).close();
    }
  }

  /** Ends the setup: the trainable weights record gradients from now on. */
  public void enableGrad() {
    try (ScriptValue any = ScriptValue.floats(new float[1], 1)) {
      script.callWithGrad("enable_grad", any).close();
    }
  }

  /** Calls a method that adds to the gradients; returns its loss. */
  public float accumulateGradients(String method, ScriptValue... tensors) {
    try (ScriptValue loss = script.callWithGrad(method, tensors)) {
      return loss.toFloats()[0];
    }
  }

  /**
   * Clips the global norm of the gradients.
   *
   * @param maxNorm the limit; 0 for none
   * @return the norm before clipping
   */
  public float clipGradNorm(double maxNorm) {
    try (ScriptValue limit = ScriptValue.of(maxNorm);
        ScriptValue norm = script.call("clip_grad_norm", limit)) {
      return norm.toFloats()[0];
    }
  }

  /**
   * Downloads a tensor.
   *
   * @param key starts with {@code weight.}, {@code average.}, {@code gradient.} or {@code state.}
   */
  public float[] tensor(String key) {
    try (ScriptValue name = ScriptValue.of(key);
        ScriptValue found = script.call("tensor", name)) {
      return found.toFloats();
    }
  }

  /**
   * Everything that a snapshot holds: {@code weight.}, {@code average.} and {@code state.} tensors.
   */
  public Map<String, HostTensor> stateDict() {
    try (ScriptValue all = script.call("state_dict")) {
      return all.toTensors();
    }
  }

  /** Makes all weights untrainable and clears the optimizer's state; averages stay. */
  public void resetOptimizer() {
    script.call("reset_optimizer").close();
  }

  /**
   * Applies one step of AdamW with the accumulated gradients.
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

  /** Applies one step of CAME with the accumulated gradients. */
  public void came(double rate, double beta1, double beta2, double beta3, double threshold) {
    try (ScriptValue r = ScriptValue.of(rate);
        ScriptValue b1 = ScriptValue.of(beta1);
        ScriptValue b2 = ScriptValue.of(beta2);
        ScriptValue b3 = ScriptValue.of(beta3);
        ScriptValue t = ScriptValue.of(threshold)) {
      script.call("came", r, b1, b2, b3, t).close();
    }
  }

  /** Updates the moving averages of the weights and clears the gradients. */
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
