package dev.sanaq.torch;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;

/**
 * Settings of the PyTorch engine and its random generator. Safe for several threads; all of them
 * share the number of threads per operator and the generator.
 */
public final class Torch {
  private static final Object SEED_LOCK = new Object();

  private Torch() {}

  /** The engine's version, such as 2.7.1. */
  public static String version() {
    return TorchEngine.get().getVersion();
  }

  /** Sets the number of threads per operator, for the whole process. */
  public static void setThreads(int threads) {
    TorchEngine.get();
    JniUtils.setNumThreads(threads);
  }

  /** The number of threads per operator. */
  public static int threads() {
    TorchEngine.get();
    return JniUtils.getNumThreads();
  }

  /**
   * Samples standard normal tensors one after another from one seed: the values of {@code
   * torch.randn} with a CPU generator of that seed. The engine's generator is global, so calls from
   * several threads run one at a time.
   *
   * @param seed the generator uses its lower 32 bits, as torch's does
   * @param count the number of tensors
   * @param shape of each tensor
   * @return fp32 tensors on the host; the caller closes them
   */
  public static List<ScriptValue> normal(long seed, int count, long... shape) {
    TorchEngine.get();
    List<ScriptValue> tensors = new ArrayList<>(count);
    try {
      synchronized (SEED_LOCK) {
        JniUtils.setSeed(seed);
        for (int i = 0; i < count; i++) {
          tensors.add(ScriptValue.adopt(randn(shape)));
        }
      }
    } catch (RuntimeException | Error e) {
      tensors.forEach(ScriptValue::close);
      throw e;
    }
    return tensors;
  }

  private static PtNDArray randn(long... shape) {
    try {
      return (PtNDArray)
          TorchEngine.manager().randomNormal(0f, 1f, new Shape(shape), DataType.FLOAT32);
    } catch (EngineException e) {
      throw new TorchException(String.valueOf(e.getMessage()), e);
    }
  }
}
