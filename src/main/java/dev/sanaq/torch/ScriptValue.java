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
 * An argument or result of a {@link ScriptProgram}: a tensor, a list of tensors, a number, a
 * string. It holds native memory until closed. For one thread at a time.
 *
 * <p>Tensors made from Java arrays borrow memory of Java: a program must copy such a tensor to keep
 * it, and must not return it.
 */
public final class ScriptValue implements AutoCloseable {
  private static final AtomicLong LIVE_COUNT = new AtomicLong();

  private final IValue handle;
  private final @Nullable PtNDArray hostArray;

  private ScriptValue(IValue handle, @Nullable PtNDArray hostArray) {
    this.handle = handle;
    this.hostArray = hostArray;
    LIVE_COUNT.incrementAndGet();
  }

  /** The number of open values, for leak tests. */
  static long liveValueCount() {
    return LIVE_COUNT.get();
  }

  static ScriptValue ofResult(IValue handle) {
    return new ScriptValue(handle, null);
  }

  /** An int of TorchScript. */
  public static ScriptValue of(long number) {
    return new ScriptValue(IValue.from(number), null);
  }

  /** A float of TorchScript. */
  public static ScriptValue of(double number) {
    return new ScriptValue(IValue.from(number), null);
  }

  /** A bool. */
  public static ScriptValue of(boolean flag) {
    return new ScriptValue(IValue.from(flag), null);
  }

  /** A str. */
  public static ScriptValue of(String text) {
    return new ScriptValue(IValue.from(text), null);
  }

  /** A list of ints. */
  public static ScriptValue list(long... numbers) {
    return new ScriptValue(IValue.listFrom(numbers), null);
  }

  /** A list of floats. */
  public static ScriptValue list(double... numbers) {
    return new ScriptValue(IValue.listFrom(numbers), null);
  }

  /** A list of these tensors; the caller closes them. */
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

  /** An fp32 tensor on the host. */
  public static ScriptValue floats(float[] data, long... shape) {
    return wrapHostData(FloatBuffer.wrap(data), DataType.FLOAT32, shape);
  }

  /** An int64 tensor on the host. */
  public static ScriptValue longs(long[] data, long... shape) {
    return wrapHostData(LongBuffer.wrap(data), DataType.INT64, shape);
  }

  /**
   * A flat tensor of raw bytes: elements of 4 bytes as fp32, elements of 2 bytes as fp16, which may
   * stand for bf16.
   */
  static ScriptValue raw(ByteBuffer bytes, int elementBytes) {
    DataType type = elementBytes == 4 ? DataType.FLOAT32 : DataType.FLOAT16;
    return wrapHostData(bytes, type, bytes.remaining() / elementBytes);
  }

  private static ScriptValue wrapHostData(Buffer data, DataType type, long... shape) {
    PtNDArray array = TorchEngine.array(data, type, shape);
    return new ScriptValue(IValue.from(array), array);
  }

  /** Takes ownership of a tensor of the engine. */
  static ScriptValue adopt(PtNDArray array) {
    try (array) {
      return new ScriptValue(IValue.from(array), null);
    }
  }

  IValue handle() {
    return handle;
  }

  /**
   * The elements of an fp32 tensor in row-major order. Reading a bf16 tensor ends the JVM, so the
   * program must convert its result to fp32.
   */
  public float[] toFloats() {
    // Not through DJL's own array: if the heap is full, its native code continues with a null
    // pointer and crashes the JVM. The scope closes DJL's copies of non-contiguous tensors.
    try (NDManager scope = TorchEngine.manager().newSubManager()) {
      PtNDArray array = handle.toTensor((PtNDManager) scope);
      FloatBuffer buffer = array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
      float[] data = new float[buffer.remaining()];
      buffer.get(data);
      return data;
    }
  }

  /** The elements of a tensor of 8-bit numbers without a sign, in row-major order. */
  public byte[] toBytes() {
    try (NDManager scope = TorchEngine.manager().newSubManager()) {
      ByteBuffer buffer = handle.toTensor((PtNDManager) scope).toByteBuffer(true);
      byte[] data = new byte[buffer.remaining()];
      buffer.get(data);
      return data;
    }
  }

  /** The elements of a dict of fp32 tensors, see {@link #toFloats}. */
  public Map<String, float[]> toFloatMap() {
    Map<String, float[]> arrays = new LinkedHashMap<>();
    for (Map.Entry<String, IValue> entry : handle.toIValueMap().entrySet()) {
      try (ScriptValue value = new ScriptValue(entry.getValue(), null)) {
        arrays.put(entry.getKey(), value.toFloats());
      }
    }
    return arrays;
  }

  /** The tensors of a dict of fp32 tensors, by name, see {@link #toFloats}. */
  public SortedMap<String, HostTensor> toTensors() {
    SortedMap<String, HostTensor> tensors = new TreeMap<>();
    for (Map.Entry<String, IValue> entry : handle.toIValueMap().entrySet()) {
      try (ScriptValue value = new ScriptValue(entry.getValue(), null)) {
        tensors.put(entry.getKey(), new HostTensor(value.shape(), value.toFloats()));
      }
    }
    return tensors;
  }

  /** The shape of a tensor. */
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
