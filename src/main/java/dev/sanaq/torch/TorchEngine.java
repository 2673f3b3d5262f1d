package dev.sanaq.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import dev.sanaq.torch.host.MallocTuning;
import java.nio.Buffer;

/** DJL's PyTorch engine and its CPU memory manager, started on first use, once per process. */
final class TorchEngine {
  private static final String NAME = "PyTorch";

  private TorchEngine() {}

  private static final class Holder {
    static final Engine INSTANCE = start();

    private static Engine start() {
      // DJL reports usage over the network by default.
      if (System.getProperty("OPT_OUT_TRACKING") == null) {
        System.setProperty("OPT_OUT_TRACKING", "true");
      }
      MallocTuning.retainFreedMemory();
      return Engine.getEngine(NAME);
    }

    static final PtNDManager MANAGER = (PtNDManager) INSTANCE.newBaseManager(Device.cpu());
  }

  static Engine get() {
    return Holder.INSTANCE;
  }

  static PtNDManager manager() {
    return Holder.MANAGER;
  }

  /** A tensor on the host that borrows the buffer's memory. */
  static PtNDArray array(Buffer data, DataType type, long... shape) {
    return manager().create(data, new Shape(shape), type);
  }
}
