package dev.sanaq.torch;

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
 * A compiled TorchScript module with its weights; its methods are called by name. One caller at a
 * time.
 *
 * <p>The source is a resource that defines {@code class Model(Module)} with {@code weights :
 * Dict[str, Tensor]} and a method {@code load_weight}. Layers shared by the networks are in {@code
 * common.torchscript} and {@code lines.torchscript}.
 */
public final class ScriptProgram implements AutoCloseable {
  private static final List<String> SHARED_SOURCES = List.of("common", "lines");

  private final PtNDManager manager;
  private final PtSymbolBlock module;
  private final DevicePlacement placement;
  private final Map<String, MappedByteBuffer> mappedWeights = new HashMap<>();

  private ScriptProgram(PtNDManager manager, PtSymbolBlock module, DevicePlacement placement) {
    this.manager = manager;
    this.module = module;
    this.placement = placement;
  }

  /**
   * Compiles a source.
   *
   * @param owner a class in the resource's package
   * @param name the resource's name without {@code .torchscript}
   * @param attributes values of the attributes that the class declares
   * @throws TorchException if the source does not compile, with file, line and caret
   */
  public static ScriptProgram compile(
      Class<?> owner, String name, Map<String, ?> attributes, DevicePlacement placement) {
    return compile(new ScriptSource(owner, name, attributes), placement);
  }

  /**
   * Compiles a source and those of its nested modules.
   *
   * @throws TorchException if one does not compile, with file, line and caret
   */
  public static ScriptProgram compile(ScriptSource source, DevicePlacement placement) {
    return load(new ByteArrayInputStream(archive(source)), placement);
  }

  /** The TorchScript archive of a source and its nested modules, without weights. */
  public static byte[] archive(ScriptSource source) {
    Map<String, String> texts = new LinkedHashMap<>();
    SHARED_SOURCES.forEach(
        name ->
            texts.put(name, ScriptSource.readResource(ScriptProgram.class, name + ".torchscript")));
    source.collectSources(texts);
    return TorchScriptArchive.write(texts, source.toModule());
  }

  /**
   * Loads a TorchScript file.
   *
   * @throws TorchException if the engine cannot load it
   */
  public static ScriptProgram open(Path file, DevicePlacement placement) {
    try (InputStream bytes = Files.newInputStream(file)) {
      return load(bytes, placement);
    } catch (IOException e) {
      throw new TorchException(String.valueOf(e.getMessage()), e);
    }
  }

  // Not by DJL's Model, which makes a temporary folder and leaves it if the process is killed.
  private static ScriptProgram load(InputStream bytes, DevicePlacement placement) {
    PtNDManager manager = (PtNDManager) TorchEngine.get().newBaseManager(placement.djlDevice());
    try {
      PtSymbolBlock module = JniUtils.loadModule(manager, bytes, false, false);
      module.freezeParameters(true);
      return new ScriptProgram(manager, module, placement);
    } catch (IOException | RuntimeException e) {
      manager.close();
      throw new TorchException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Its device and precision. */
  public DevicePlacement placement() {
    return placement;
  }

  /**
   * Loads a part of a weight: copies and converts the bytes.
   *
   * @param name the checkpoint's key
   * @param bytes the elements from {@code offset} on, little endian, in a direct buffer
   * @param stored type of the bytes
   * @param kept type of the weight in the program
   * @param shape of the whole weight
   * @param offset of the first element
   */
  public void loadWeight(
      String name, ByteBuffer bytes, Precision stored, Precision kept, long[] shape, long offset) {
    loadWeight("load_weight", name, bytes, stored, kept, shape, offset);
  }

  /**
   * As {@link #loadWeight(String, ByteBuffer, Precision, Precision, long[], long)}, by another
   * method of the script with the same arguments.
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
   * Maps a whole weight into a program on the CPU, without a copy and in its stored type. The
   * program keeps the buffer reachable until it is closed.
   *
   * @param name the checkpoint's key
   * @param bytes a read-only mapping, little endian
   * @param stored type of the bytes
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
   * Drops the pages of mapped weights from memory; the next access reads the file again.
   *
   * @param prefix of the weights' names
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
   * Calls a method. The caller closes the arguments and the result.
   *
   * @throws TorchException if the engine fails; see {@link TorchException#isOutOfMemory}
   */
  public ScriptValue call(String method, ScriptValue... arguments) {
    // The profiling executor would recompile for every new shape. The switch is per thread.
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
   * Calls a method with gradients, which {@link #call} switches off.
   *
   * @param tensors the arguments, at least one; the caller closes them
   * @return the resulting tensor, which the method must have detached; the caller closes it
   * @throws TorchException if the engine fails
   */
  public ScriptValue callWithGrad(String method, ScriptValue... tensors) {
    JniUtils.setGraphExecutorOptimize(false);
    boolean before = JniUtils.isGradMode();
    JniUtils.setGradMode(true);
    try (PtNDManager scope = (PtNDManager) TorchEngine.manager().newSubManager()) {
      // DJL takes the method's name from the name of the first array; the default is forward.
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
    manager.close();
    mappedWeights.clear();
  }
}
