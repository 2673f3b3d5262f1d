package dev.sanaq.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.Buffer;
import org.jspecify.annotations.Nullable;

/** DJL's PyTorch engine and its CPU memory manager, started on first use, once per process. */
final class TorchEngine {
  private static final String NAME = "PyTorch";

  private TorchEngine() {}

  /** The engine with its CPU manager, or why it did not start. */
  private record Start(
      @Nullable Engine engine, @Nullable PtNDManager manager, @Nullable Throwable failure) {}

  private static final class Holder {
    static final Start START = start();

    // Not an exception of the class's initialiser: its cause is lost for all later callers.
    private static Start start() {
      DjlProperties.apply();
      try {
        Engine engine = Engine.getEngine(NAME);
        return new Start(engine, (PtNDManager) engine.newBaseManager(Device.cpu()), null);
      } catch (RuntimeException | LinkageError e) {
        return new Start(null, null, e);
      }
    }
  }

  /**
   * The engine.
   *
   * @throws TorchException if it could not be started, with the innermost cause
   */
  static Engine get() {
    Engine engine = Holder.START.engine();
    if (engine == null) {
      throw notStarted(Holder.START.failure());
    }
    return engine;
  }

  static PtNDManager manager() {
    PtNDManager manager = Holder.START.manager();
    if (manager == null) {
      throw notStarted(Holder.START.failure());
    }
    return manager;
  }

  private static TorchException notStarted(@Nullable Throwable failure) {
    Throwable cause = failure;
    while (cause != null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return new TorchException(
        "%s could not be started: %s%s".formatted(NAME, cause, advice(String.valueOf(cause))),
        failure);
  }

  /** What a missing library means; empty for other causes. */
  static String advice(String cause) {
    if (cause.contains("libcuda.so")) {
      return "; libtorch is a CUDA build and this machine or container has no NVIDIA driver: start"
          + " it with NVIDIA's container toolkit, install the driver, or use the image or jar for"
          + " CPUs";
    }
    return "";
  }

  /** A tensor on the host that borrows the buffer's memory. */
  static PtNDArray array(Buffer data, DataType type, long... shape) {
    return manager().create(data, new Shape(shape), type);
  }
}
