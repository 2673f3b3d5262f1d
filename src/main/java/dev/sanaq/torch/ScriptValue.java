package dev.sanaq.torch;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What goes into a program and comes out of it: a tensor, a list of tensors, a number, a text. It
 * holds native memory until closed. Not safe for use by several threads at once.
 *
 * <p>Tensors made here from Java arrays lend their memory to the engine: a program must copy what
 * it keeps, and must not hand such an argument back as its result.
 */
public final class ScriptValue implements AutoCloseable {
  private static final AtomicLong LIVE_COUNT = new AtomicLong();

  private final IValue handle;
  private final @Nullable PtNDArray hostArray;

  private ScriptValue(IValue handle, @Nullable PtNDArray lent) {
    this.handle = handle;
    this.hostArray = lent;
    LIVE_COUNT.incrementAndGet();
  }

  /** How many values hold native memory: what tests of leaks count. */
  static long liveValueCount() {
    return LIVE_COUNT.get();
  }

  static ScriptValue ofResult(IValue handle) {
    return new ScriptValue(handle, null);
  }

  /** A whole number. */
  public static ScriptValue of(long number) {
    return new ScriptValue(IValue.from(number), null);
  }

  /** A number. */
  public static ScriptValue of(double number) {
    return new ScriptValue(IValue.from(number), null);
  }

  /** A truth. */
  public static ScriptValue of(boolean truth) {
    return new ScriptValue(IValue.from(truth), null);
  }

  /** A text. */
  public static ScriptValue of(String text) {
    return new ScriptValue(IValue.from(text), null);
  }

  /** A list of whole numbers. */
  public static ScriptValue list(long... numbers) {
    return new ScriptValue(IValue.listFrom(numbers), null);
  }

  /** A list of numbers. */
  public static ScriptValue list(double... numbers) {
    return new ScriptValue(IValue.listFrom(numbers), null);
  }

  /** A list of the same tensors; they stay the caller's to close. At least one. */
  public static ScriptValue tensorList(ScriptValue... tensors) {
    PtNDArray[] arrays = new PtNDArray[tensors.length];
    for (int i = 0; i < tensors.length; i++) {
      arrays[i] = tensors[i].handle.toTensor(TorchEngine.manager());
    }
    try {
      return new ScriptValue(IValue.listFrom(arrays), null);
    } finally {
      Arrays.stream(arrays).forEach(PtNDArray::close);
    }
  }

  /** A 32-bit float tensor on the host. */
  public static ScriptValue floats(float[] data, long... shape) {
    return wrapHostData(FloatBuffer.wrap(data), DataType.FLOAT32, shape);
  }

  /** A 64-bit integer tensor on the host. */
  public static ScriptValue longs(long[] data, long... shape) {
    return wrapHostData(LongBuffer.wrap(data), DataType.INT64, shape);
  }

  /**
   * A flat tensor of raw elements: 4 bytes each as fp32, 2 bytes each as fp16, whatever is meant.
   */
  static ScriptValue raw(ByteBuffer bytes, int elementBytes) {
    DataType type = elementBytes == 4 ? DataType.FLOAT32 : DataType.FLOAT16;
    return wrapHostData(bytes, type, bytes.remaining() / elementBytes);
  }

  private static ScriptValue wrapHostData(Buffer data, DataType type, long... shape) {
    PtNDArray array = TorchEngine.array(data, type, shape);
    return new ScriptValue(IValue.from(array), array);
  }

  /** A tensor of the engine's own. */
  static ScriptValue adopt(PtNDArray array) {
    try (array) {
      return new ScriptValue(IValue.from(array), null);
    }
  }

  IValue handle() {
    return handle;
  }

  /**
   * The elements of a 32-bit float tensor, row by row. The program must have made it fp32: reading
   * a bfloat16 tensor would end the JVM.
   */
  public float[] toFloats() {
    // Not by way of a heap array of the engine's: where the heap has no room for that, DJL's native
    // code goes on with nothing and takes the JVM with it. The scope closes what DJL makes for
    // tensors that are not contiguous.
    try (NDManager scope = TorchEngine.manager().newSubManager()) {
      PtNDArray array = handle.toTensor((PtNDManager) scope);
      FloatBuffer buffer = array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
      float[] data = new float[buffer.remaining()];
      buffer.get(data);
      return data;
    }
  }

  /** The elements of a map of 32-bit float tensors, under the same condition. */
  public Map<String, float[]> toFloatMap() {
    Map<String, float[]> found = new LinkedHashMap<>();
    for (Map.Entry<String, IValue> entry : handle.toIValueMap().entrySet()) {
      try (ScriptValue value = new ScriptValue(entry.getValue(), null)) {
        found.put(entry.getKey(), value.toFloats());
      }
    }
    return found;
  }

  /** The tensors of a map by name, sorted, all of them 32-bit floats, under the same condition. */
  public SortedMap<String, HostTensor> toTensors() {
    SortedMap<String, HostTensor> found = new TreeMap<>();
    for (Map.Entry<String, IValue> entry : handle.toIValueMap().entrySet()) {
      try (ScriptValue value = new ScriptValue(entry.getValue(), null)) {
        found.put(entry.getKey(), new HostTensor(value.shape(), value.toFloats()));
      }
    }
    return found;
  }

  /** The tensor's sizes. */
  public long[] shape() {
    try (PtNDArray array = handle.toTensor(TorchEngine.manager())) {
      return array.getShape().getShape();
    }
  }

  @Override
  public void close() {
    if (handle.isReleased()) {
      return;
    }
    LIVE_COUNT.decrementAndGet();
    handle.close();
    if (hostArray != null) {
      hostArray.close();
    }
  }
}
