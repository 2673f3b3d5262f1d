package dev.sanaq.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.Buffer;
import java.util.ArrayList;
import java.util.List;

/** The engine: started once a process, on first use. Its random state is one for all threads. */
public final class Torch {
  private static final String ENGINE = "PyTorch";
  private static final Object SEED_LOCK = new Object();

  private Torch() {}

  private static final class Holder {
    static final Engine INSTANCE = start();

    private static Engine start() {
      // DJL reports usage over the network unless told not to.
      if (System.getProperty("OPT_OUT_TRACKING") == null) {
        System.setProperty("OPT_OUT_TRACKING", "true");
      }
      MallocTuning.retainFreedMemory();
      return Engine.getEngine(ENGINE);
    }

    static final PtNDManager MANAGER = (PtNDManager) INSTANCE.newBaseManager(Device.cpu());
  }

  static Engine engine() {
    return Holder.INSTANCE;
  }

  static PtNDManager manager() {
    return Holder.MANAGER;
  }

  static PtNDArray array(Buffer data, DataType type, long... shape) {
    return manager().create(data, new Shape(shape), type);
  }

  /** The engine's version, such as 2.7.1. */
  public static String version() {
    return engine().getVersion();
  }

  /** How many CUDA devices the engine sees. */
  public static int gpuCount() {
    return engine().getGpuCount();
  }

  /** Sets how many threads one operator uses; for the whole process. */
  public static void setThreads(int threads) {
    engine();
    JniUtils.setNumThreads(threads);
  }

  /** How many threads one operator uses. */
  public static int threads() {
    engine();
    return JniUtils.getNumThreads();
  }

  /**
   * Draws standard normal tensors one after another from one seed, exactly as {@code torch.randn}
   * does with a CPU generator seeded so. The engine's generator is global, so draws of several
   * threads take turns.
   *
   * @param seed of which the generator uses the lower 32 bits, as torch's does
   * @param draws how many tensors
   * @param shape of each
   * @return the tensors, on the host, fp32; the caller closes them
   */
  public static List<ScriptValue> normal(long seed, int draws, long... shape) {
    engine();
    List<ScriptValue> drawn = new ArrayList<>(draws);
    try {
      synchronized (SEED_LOCK) {
        JniUtils.setSeed(seed);
        for (int i = 0; i < draws; i++) {
          drawn.add(ScriptValue.adopt(randn(shape)));
        }
      }
    } catch (RuntimeException | Error e) {
      drawn.forEach(ScriptValue::close);
      throw e;
    }
    return drawn;
  }

  private static PtNDArray randn(long... shape) {
    try {
      return (PtNDArray) manager().randomNormal(0f, 1f, new Shape(shape), DataType.FLOAT32);
    } catch (EngineException e) {
      throw new TorchException(String.valueOf(e.getMessage()), e);
    }
  }
}
