package dev.sanaq.overhead.process;

import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A worker to measure: this project's, or any command that reads the same requests and gets its
 * settings from environment variables.
 *
 * @param name the name in the tables
 * @param command the command; empty for this project's worker
 */
public record WorkerUnderTest(String name, List<String> command) {
  /** The line that a worker prints when it is ready. */
  static final String READY_LINE = "worker ready";

  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final List<String> JVM_OPTIONS =
      List.of("-Xmx1g", "-Djava.util.logging.manager=org.jboss.logmanager.LogManager");

  /** Returns this project's worker. */
  public static WorkerUnderTest own() {
    return new WorkerUnderTest("sanaq", List.of());
  }

  /** Parses {@code name=command with arguments}. */
  public static WorkerUnderTest parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException("-Doverhead.worker must be NAME=COMMAND, not " + text);
    }
    return new WorkerUnderTest(
        text.substring(0, equals), List.of(text.substring(equals + 1).strip().split("\\s+")));
  }

  /** Starts the worker on the topics of a run and waits until it is ready. */
  public ManagedProcess start(TestProcesses processes, TestBed testBed, RunTopics topics) {
    ManagedProcess worker =
        command.isEmpty()
            ? processes.startTestMain(
                name, jvmOptions(), testBed.config(topics), InstantWorker.class)
            : processes.startCommand(name, command, environment(testBed.config(topics)));
    worker.awaitOutput(READY_LINE, START_TIMEOUT);
    return worker;
  }

  private static List<String> jvmOptions() {
    List<String> options = new ArrayList<>(JVM_OPTIONS);
    String more = System.getProperty("overhead.jvm", "");
    if (!more.isEmpty()) {
      options.addAll(List.of(more.split("\\s+")));
    }
    return options;
  }

  private static Map<String, String> environment(Map<String, String> config) {
    Map<String, String> environment = new TreeMap<>();
    environment.put("KAFKA_BOOTSTRAP_SERVERS", config.get("kafka.bootstrap.servers"));
    environment.put("REQUESTS_TOPIC", config.get("sanaq.topics.requests"));
    environment.put("EVENTS_TOPIC", config.get("sanaq.topics.events"));
    environment.put("GROUP", config.get("sanaq.worker.group"));
    environment.put("S3_ENDPOINT", config.get("sanaq.storage.endpoint"));
    environment.put("S3_BUCKET", "sanaq");
    environment.put("AWS_ACCESS_KEY_ID", config.get("sanaq.storage.access-key"));
    environment.put("AWS_SECRET_ACCESS_KEY", config.get("sanaq.storage.secret-key"));
    environment.put("AWS_DEFAULT_REGION", "us-east-1");
    environment.put("PYTHONUNBUFFERED", "1");
    return environment;
  }
}
