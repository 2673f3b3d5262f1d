package dev.sanaq.faults;

import dev.sanaq.gateway.Api;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The real program in a process of its own, as a gateway alone.
 *
 * @param process the process
 * @param api its HTTP
 */
record Gateway(Managed process, Api api) {
  private static final List<String> SMALL = List.of("-Xmx256m", "-XX:+UseSerialGC");

  /** Starts one; returns when it is ready. */
  static Gateway start(Processes processes, Map<String, String> config) {
    int port = Processes.freePort();
    Map<String, String> all = new TreeMap<>(config);
    all.put("sanaq.worker.enabled", "false");
    all.put("quarkus.http.port", String.valueOf(port));
    Managed process = processes.program("gateway", SMALL, all, "serve");
    Workers.awaitReady(process, port);
    return new Gateway(process, new Api(URI.create("http://127.0.0.1:" + port)));
  }

  /** The files that are mapped into a process' memory. */
  static List<String> mapped(Managed process) {
    try {
      return Files.readAllLines(Path.of("/proc/" + process.pid() + "/maps"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
