package dev.sanaq.cluster.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The programs of the cluster in a folder, which {@code load-tests/cluster/build-tools.sh} fills.
 *
 * @param folder has {@code bin/} and {@code keda.yaml}
 */
public record ClusterTools(Path folder) {
  private static final List<String> COMMANDS =
      List.of("ip", "unshare", "setpriv", "chroot", "openssl", "kubectl", "go");

  /**
   * Checks what the run needs, and builds the programs that the folder does not have.
   *
   * @throws AssertionError naming the first thing that is missing
   */
  public static ClusterTools prepare(Path folder) {
    if (!System.getProperty("os.name").equals("Linux")) {
      throw new AssertionError("the cluster needs Linux, for mount and network namespaces");
    }
    if (!Shell.check("id", "-u").equals("0")) {
      throw new AssertionError("the cluster needs root, for mount and network namespaces");
    }
    for (String command : COMMANDS) {
      if (!Shell.run("", List.of("sh", "-c", "command -v " + command)).succeeded()) {
        throw new AssertionError("the cluster needs the command " + command);
      }
    }
    Path absolute = folder.toAbsolutePath();
    try {
      Process build =
          new ProcessBuilder("load-tests/cluster/build-tools.sh", absolute.toString())
              .inheritIO()
              .start();
      if (build.waitFor() != 0) {
        throw new AssertionError("the programs of the cluster were not built; see the lines above");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return new ClusterTools(absolute);
  }

  /** Returns the path of a program. */
  public Path binary(String name) {
    return folder.resolve("bin").resolve(name);
  }

  /** Returns the version that a program was built from. */
  public String version(String name) {
    return read(folder.resolve("bin").resolve(name + ".version")).strip();
  }

  /** Returns KEDA's own manifests. */
  public String kedaManifests() {
    return read(folder.resolve("keda.yaml"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
