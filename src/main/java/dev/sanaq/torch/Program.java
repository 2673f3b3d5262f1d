package dev.sanaq.torch;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network's TorchScript text, compiled, with its weights: called by method name. One caller at a
 * time.
 *
 * <p>The text is a resource that defines {@code class Model(Module)} with {@code weights :
 * Dict[str, Tensor]} and a method {@code put}; helpers shared by the networks are in {@code
 * common.torchscript}.
 */
public final class Program implements AutoCloseable {
  private static final String COMMON = "/dev/sanaq/torch/common.torchscript";

  private final Model model;
  private final PtSymbolBlock module;
  private final Placement placement;
  private final List<ByteBuffer> lent = new ArrayList<>();

  private Program(Model model, Placement placement) {
    this.model = model;
    this.module = (PtSymbolBlock) model.getBlock();
    this.placement = placement;
  }

  /**
   * Compiles a text.
   *
   * @param owner the class beside whose package the resource lies
   * @param name the resource's name without {@code .torchscript}
   * @param attributes values of the attributes that the class declares
   * @throws TorchException with file, line and caret where the text does not compile
   */
  public static Program compile(
      Class<?> owner, String name, Map<String, ?> attributes, Placement placement) {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("common", text(Program.class, COMMON));
    texts.put(name, text(owner, name + ".torchscript"));
    Map<String, Object> all = new HashMap<>(attributes);
    all.put("training", false);
    all.put("weights", Map.of());
    Torch.engine();
    Model model = Model.newInstance(name, placement.djlDevice(), "PyTorch");
    try {
      model.load(new ByteArrayInputStream(Archive.write(name, texts, all)));
      return new Program(model, placement);
    } catch (IOException | MalformedModelException | RuntimeException e) {
      model.close();
      throw new TorchException(String.valueOf(e.getMessage()), e);
    }
  }

  private static String text(Class<?> owner, String resource) {
    try (InputStream in = owner.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + resource + " beside " + owner.getName());
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it runs and in what precision. */
  public Placement placement() {
    return placement;
  }

  /**
   * Stores part of a weight, converted to this program's precision; the bytes are copied.
   *
   * @param name the checkpoint's key
   * @param bytes elements from {@code offset} on, little endian, direct
   * @param stored the type that the bytes are in
   * @param kept the type that the program keeps it in
   * @param shape of the whole weight
   * @param offset of the first element
   */
  public void put(
      String name, ByteBuffer bytes, Precision stored, Precision kept, long[] shape, long offset) {
    try (Value key = Value.of(name);
        Value raw = Value.raw(bytes, stored.bytes());
        Value from = Value.of((long) stored.scalarType());
        Value to = Value.of((long) kept.scalarType());
        Value sizes = Value.list(shape);
        Value start = Value.of(offset);
        Value device = Value.of(placement.torchDevice())) {
      call("put", key, raw, from, to, sizes, start, device).close();
    }
  }

  /**
   * Lends a whole weight to a program on the processor: nothing is copied, it stays in its type,
   * and its bytes are kept reachable for as long as this program.
   *
   * @param name the checkpoint's key
   * @param bytes little endian, direct
   * @param stored the type that the bytes are in
   * @param shape of the weight
   */
  public void lend(String name, ByteBuffer bytes, Precision stored, long[] shape) {
    lent.add(bytes);
    try (Value key = Value.of(name);
        Value raw = Value.raw(bytes, stored.bytes());
        Value from = Value.of((long) stored.scalarType());
        Value sizes = Value.list(shape)) {
      call("lend", key, raw, from, sizes).close();
    }
  }

  /**
   * Calls a method; the arguments stay the caller's, the result becomes it.
   *
   * @throws TorchException where the engine fails; see {@link TorchException#isOutOfMemory}
   */
  public Value call(String method, Value... arguments) {
    // The profiling executor compiles anew for shapes it has not seen; the plain one does not. The
    // switch is each thread's own.
    JniUtils.setGraphExecutorOptimize(false);
    IValue[] handles = new IValue[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      handles[i] = arguments[i].handle();
    }
    try {
      return Value.result(IValueUtils.runMethod(module, method, handles));
    } catch (EngineException e) {
      throw new TorchException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public void close() {
    model.close();
    lent.clear();
  }
}
