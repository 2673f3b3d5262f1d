package dev.sanaq.torch.host;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What NVIDIA's runtime library reports about the first GPU. It is the very library that the engine
 * has loaded, wherever that lies: the file is found among the mappings of this process. Any number
 * of threads.
 */
public final class CudaRuntime {
  private static final Path MAPPINGS = Path.of("/proc/self/maps");
  private static final int FIRST_GPU = 0;

  // cudaDeviceAttr of driver_types.h.
  private static final int ATTRIBUTE_CAPABILITY_MAJOR = 75;
  private static final int ATTRIBUTE_CAPABILITY_MINOR = 76;

  private final NativeLibrary library;

  private CudaRuntime(NativeLibrary library) {
    this.library = library;
  }

  /** The runtime library of the engine, which must be loaded; empty if it loaded none. */
  public static Optional<CudaRuntime> ofEngine() {
    try {
      return libraryIn(MAPPINGS).map(file -> new CudaRuntime(NativeLibrary.getInstance(file)));
    } catch (LinkageError e) {
      return Optional.empty();
    }
  }

  /** The path of the first mapped libcudart in a file of the form of /proc/self/maps. */
  static Optional<String> libraryIn(Path mappings) {
    if (!Files.isReadable(mappings)) {
      return Optional.empty(); // not Linux
    }
    try (Stream<String> lines = Files.lines(mappings)) {
      return lines
          .filter(line -> line.matches(".*/libcudart[^/]*\\.so[^/]*"))
          .map(line -> line.substring(line.indexOf('/')))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Ten times the major plus the minor compute capability, such as 90; empty if it fails. */
  public OptionalInt computeCapability() {
    try {
      Memory value = new Memory(Integer.BYTES);
      int capability = 0;
      for (int attribute : new int[] {ATTRIBUTE_CAPABILITY_MAJOR, ATTRIBUTE_CAPABILITY_MINOR}) {
        if (call("cudaDeviceGetAttribute", value, attribute, FIRST_GPU) != 0) {
          return OptionalInt.empty();
        }
        capability = 10 * capability + value.getInt(0);
      }
      return OptionalInt.of(capability);
    } catch (LinkageError e) {
      return OptionalInt.empty();
    }
  }

  /** The bytes that the driver has left on the first GPU; empty if the call fails. */
  public OptionalLong freeBytes() {
    try {
      Memory free = new Memory(Native.SIZE_T_SIZE);
      Memory total = new Memory(Native.SIZE_T_SIZE);
      return call("cudaMemGetInfo", free, total) == 0
          ? OptionalLong.of(free.getLong(0))
          : OptionalLong.empty();
    } catch (LinkageError e) {
      return OptionalLong.empty();
    }
  }

  /** NVIDIA's words for why there is no usable GPU; empty if there is one, or if it fails. */
  public Optional<String> whyNoGpu() {
    try {
      int error = call("cudaGetDeviceCount", new Memory(Integer.BYTES));
      if (error == 0) {
        return Optional.empty();
      }
      Pointer text = library.getFunction("cudaGetErrorString").invokePointer(new Object[] {error});
      return Optional.of(text.getString(0));
    } catch (LinkageError e) {
      return Optional.empty();
    }
  }

  private int call(String name, Object... arguments) {
    Function function = library.getFunction(name);
    return function.invokeInt(arguments);
  }
}
