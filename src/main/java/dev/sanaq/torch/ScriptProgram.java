package dev.sanaq.torch;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.sanaq.torch.host.MmapPages;
import dev.sanaq.torch.script.ScriptSource;
import dev.sanaq.torch.script.TorchScriptArchive;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network's TorchScript text, compiled, with its weights: called by method name. One caller at a
 * time.
 *
 * <p>A text is a resource that defines {@code class Model(Module)} with {@code weights : Dict[str,
 * Tensor]} and a method {@code put}; helpers shared by the networks are in {@code
 * common.torchscript} and {@code lines.torchscript}.
 */
public final class ScriptProgram implements AutoCloseable {
  private static final List<String> SHARED_SOURCES = List.of("common", "lines");

  private final Model model;
  private final PtSymbolBlock module;
  private final DevicePlacement placement;
  private final Map<String, MappedByteBuffer> mappedWeights = new HashMap<>();

  private ScriptProgram(Model model, DevicePlacement placement) {
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
  public static ScriptProgram compile(
      Class<?> owner, String name, Map<String, ?> attributes, DevicePlacement placement) {
    return compile(new ScriptSource(owner, name, attributes), placement);
  }

  /**
   * Compiles a text together with those of its parts.
   *
   * @throws TorchException with file, line and caret where one of them does not compile
   */
  public static ScriptProgram compile(ScriptSource part, DevicePlacement placement) {
    Map<String, String> texts = new LinkedHashMap<>();
    SHARED_SOURCES.forEach(
        name ->
            texts.put(name, ScriptSource.readResource(ScriptProgram.class, name + ".torchscript")));
    part.collectSources(texts);
    TorchEngine.get();
    Model model = Model.newInstance(part.name(), placement.djlDevice(), "PyTorch");
    try {
      model.load(new ByteArrayInputStream(TorchScriptArchive.write(texts, part.toModule())));
      return new ScriptProgram(model, placement);
    } catch (IOException | MalformedModelException | RuntimeException e) {
      model.close();
      throw new TorchException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Loads a TorchScript file that was made elsewhere, whose methods are then called by name.
   *
   * @throws TorchException where it is none
   */
  public static ScriptProgram open(Path file, DevicePlacement placement) {
    TorchEngine.get();
    Model model =
        Model.newInstance(file.getFileName().toString(), placement.djlDevice(), "PyTorch");
    try (InputStream bytes = Files.newInputStream(file)) {
      model.load(bytes);
      return new ScriptProgram(model, placement);
    } catch (IOException | MalformedModelException | RuntimeException e) {
      model.close();
      throw new TorchException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Where it runs and in what precision. */
  public DevicePlacement placement() {
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
  public void loadWeight(
      String name, ByteBuffer bytes, Precision stored, Precision kept, long[] shape, long offset) {
    loadWeight("load_weight", name, bytes, stored, kept, shape, offset);
  }

  /**
   * Stores part of a tensor as {@link #loadWeight} does, by another method of the same arguments.
   */
  public void loadWeight(
      String method,
      String name,
      ByteBuffer bytes,
      Precision stored,
      Precision kept,
      long[] shape,
      long offset) {
    try (ScriptValue key = ScriptValue.of(name);
        ScriptValue raw = ScriptValue.raw(bytes, stored.bytes());
        ScriptValue from = ScriptValue.of((long) stored.scalarType());
        ScriptValue to = ScriptValue.of((long) kept.scalarType());
        ScriptValue sizes = ScriptValue.list(shape);
        ScriptValue start = ScriptValue.of(offset);
        ScriptValue device = ScriptValue.of(placement.torchDevice())) {
      call(method, key, raw, from, to, sizes, start, device).close();
    }
  }

  /**
   * Lends a whole weight to a program on the processor: nothing is copied, it stays in its type,
   * and its bytes are kept reachable for as long as this program.
   *
   * @param name the checkpoint's key
   * @param bytes little endian, of a file mapped to be read
   * @param stored the type that the bytes are in
   * @param shape of the weight
   */
  public void mapWeight(String name, MappedByteBuffer bytes, Precision stored, long[] shape) {
    mappedWeights.put(name, bytes);
    try (ScriptValue key = ScriptValue.of(name);
        ScriptValue raw = ScriptValue.raw(bytes, stored.bytes());
        ScriptValue from = ScriptValue.of((long) stored.scalarType());
        ScriptValue sizes = ScriptValue.list(shape)) {
      call("map_weight", key, raw, from, sizes).close();
    }
  }

  /**
   * Takes lent weights out of memory; whoever reads them next brings them back from their file.
   *
   * @param prefix what their names begin with
   */
  public void releaseMapped(String prefix) {
    mappedWeights.forEach(
        (name, bytes) -> {
          if (name.startsWith(prefix)) {
            MmapPages.release(bytes);
          }
        });
  }

  /**
   * Calls a method; the arguments stay the caller's, the result becomes it.
   *
   * @throws TorchException where the engine fails; see {@link TorchException#isOutOfMemory}
   */
  public ScriptValue call(String method, ScriptValue... arguments) {
    // The profiling executor compiles anew for shapes it has not seen; the plain one does not. The
    // switch is each thread's own.
    JniUtils.setGraphExecutorOptimize(false);
    IValue[] handles = new IValue[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      handles[i] = arguments[i].handle();
    }
    try {
      return ScriptValue.ofResult(IValueUtils.runMethod(module, method, handles));
    } catch (EngineException e) {
      throw new TorchException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Calls a method that computes gradients: what it makes is seen by autograd, which {@link #call}
   * switches off.
   *
   * @param tensors the arguments, tensors all of them, at least one; they stay the caller's
   * @return the tensor that it answers, which the method must have detached; the caller's
   * @throws TorchException where the engine fails
   */
  public ScriptValue callWithGrad(String method, ScriptValue... tensors) {
    JniUtils.setGraphExecutorOptimize(false);
    boolean before = JniUtils.isGradMode();
    JniUtils.setGradMode(true);
    try (PtNDManager scope = (PtNDManager) TorchEngine.manager().newSubManager()) {
      // DJL's own way to name a method, without which it runs forward: an array of that name.
      NDArray named = scope.zeros(new Shape(1));
      named.setName("module_method:" + method);
      NDList arguments = new NDList(named);
      for (ScriptValue tensor : tensors) {
        arguments.add(tensor.handle().toTensor(scope));
      }
      return ScriptValue.adopt(
          (PtNDArray) IValueUtils.forward(module, arguments, true).singletonOrThrow());
    } catch (EngineException e) {
      throw new TorchException(String.valueOf(e.getMessage()), e);
    } finally {
      JniUtils.setGradMode(before);
    }
  }

  @Override
  public void close() {
    model.close();
    mappedWeights.clear();
  }
}
