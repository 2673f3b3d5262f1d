package dev.sanaq.faults.process;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * One broker and controller of a {@link BrokerQuorum}, as a program of its own. System properties
 * with the prefix {@code node.} configure it. It shuts down on SIGTERM.
 */
public final class KafkaNode {
  /** The prefix of the broker's properties among the system properties. */
  static final String PREFIX = "node.";

  /** The line that it prints when it serves clients. */
  static final String READY_LINE = "kafka node ready";

  private static final String CLUSTER_ID = "c2FuYXEtZmF1bHQtdGVzdA";

  private KafkaNode() {}

  /** Runs until SIGTERM. */
  public static void main(String... args) throws Exception {
    Map<String, Object> properties = new TreeMap<>();
    System.getProperties()
        .forEach(
            (key, value) -> {
              if (key.toString().startsWith(PREFIX)) {
                properties.put(key.toString().substring(PREFIX.length()), value);
              }
            });
    Path folder = Files.createDirectories(Path.of(String.valueOf(properties.get("log.dirs"))));
    if (!Files.exists(folder.resolve("meta.properties"))) {
      format(folder, Integer.parseInt(String.valueOf(properties.get("node.id"))));
    }
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
    server.startup();
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));
    System.out.println(READY_LINE);
    server.awaitShutdown();
  }

  private static void format(Path folder, int node) throws Exception {
    Formatter formatter = new Formatter();
    formatter.setNodeId(node);
    formatter.setClusterId(CLUSTER_ID);
    formatter.addDirectory(folder.toString());
    formatter.setControllerListenerName("CONTROLLER");
    formatter.setReleaseVersion(MetadataVersion.latestProduction());
    formatter.setIgnoreFormatted(false);
    formatter.setPrintStream(
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    formatter.run();
  }
}
