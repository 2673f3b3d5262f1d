package dev.sanaq.faults.process;

import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.ServiceProcesses;
import dev.sanaq.testing.process.TestProcesses;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The broker of {@code sanaq local} as a process of its own. Not thread-safe. */
final class LocalBroker implements Brokers {
  private static final Duration TIMEOUT = Duration.ofSeconds(90);

  private final TestProcesses processes;
  private final List<String> jvmOptions;
  private final int port = TestProcesses.freePort();
  private @Nullable ManagedProcess process;

  LocalBroker(TestProcesses processes, List<String> jvmOptions) {
    this.processes = processes;
    this.jvmOptions = jvmOptions;
  }

  @Override
  public void start() {
    process = ServiceProcesses.startService(processes, "kafka", port, jvmOptions);
  }

  @Override
  public void awaitReady() {
    started().awaitOutput("kafka.bootstrap.servers=", TIMEOUT);
  }

  @Override
  public void kill() {
    started().kill();
  }

  @Override
  public void stop() {
    started().terminate();
    started().exitCode(TIMEOUT);
  }

  @Override
  public String bootstrapServers() {
    return "localhost:" + port;
  }

  private ManagedProcess started() {
    if (process == null) {
      throw new IllegalStateException("not started");
    }
    return process;
  }
}
