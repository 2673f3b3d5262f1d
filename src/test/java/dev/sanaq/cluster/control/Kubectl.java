package dev.sanaq.cluster.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * kubectl with the administrator's rights. Thread-safe.
 *
 * @param kubeconfig the file that names the cluster
 */
public record Kubectl(Path kubeconfig) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Runs kubectl, which must succeed, and returns its output.
   *
   * @throws AssertionError with the output if the exit code is not 0
   */
  public String run(String... arguments) {
    return Shell.check(line(arguments).toArray(String[]::new));
  }

  /** Runs kubectl, which may fail, with a text as its standard input. */
  public Shell.Result tryRun(String input, String... arguments) {
    return Shell.run(input, line(arguments));
  }

  /** Applies manifests server-side; unknown and duplicate fields are errors. */
  public String apply(String manifests) {
    Shell.Result result =
        tryRun(manifests, "apply", "--server-side", "--validate=strict", "-f", "-");
    if (!result.succeeded()) {
      throw new AssertionError("kubectl apply: " + result.output());
    }
    return result.output();
  }

  /** Reads objects: {@code get} with the arguments, as JSON. */
  public JsonNode json(String... arguments) {
    List<String> all = new ArrayList<>(List.of("get", "-o", "json"));
    all.addAll(List.of(arguments));
    try {
      return JSON.readTree(run(all.toArray(String[]::new)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> line(String... arguments) {
    List<String> line = new ArrayList<>(List.of("kubectl", "--kubeconfig", kubeconfig.toString()));
    line.addAll(List.of(arguments));
    return line;
  }
}
