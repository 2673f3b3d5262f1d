package dev.sanaq.cli.serve;

import dev.sanaq.cli.kafka.EventFormatter;
import dev.sanaq.cli.kafka.JobCompletion;
import dev.sanaq.cli.terminal.ProgressBar;
import dev.sanaq.cli.terminal.SignalHandling;
import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.EventReader;
import dev.sanaq.kafka.request.RequestProducer;
import dev.sanaq.torch.host.ImmediateExit;
import dev.sanaq.webhook.lifecycle.WebhookService;
import dev.sanaq.worker.WorkerService;
import io.quarkus.runtime.ApplicationLifecycleManager;
import jakarta.inject.Inject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code demo}: Kafka, S3, a worker and the gateway in one process, and one request through all of
 * them. {@link EmbeddedServices} starts Kafka and S3 before this command runs.
 */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description =
        "Runs Kafka, S3, a worker and the gateway in one process, sends one request, prints the URL of"
            + " its image, and keeps serving until Ctrl-C.")
public final class DemoCommand implements Callable<Integer> {
  private static final Duration JOB_TIMEOUT = Duration.ofHours(1);

  @Inject GatewayLifecycle gateway;
  @Inject WebhookService webhooks;
  @Inject WorkerService worker;
  @Inject KafkaClientFactory kafka;
  @Inject TopicsConfig topics;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      defaultValue = "a red apple",
      description = "Text that describes the image (default: ${DEFAULT-VALUE}).")
  private String prompt;

  @Option(
      names = EmbeddedServices.MODEL_OPTION,
      paramLabel = "DIR",
      description = "Folder of a checkpoint (default: the bundled one, trained on 341 emoji).")
  private @Nullable Path model;

  @Option(
      names = LocalOptions.DATA_DIR_OPTION,
      paramLabel = "DIR",
      description = LocalOptions.DATA_DIR_DESCRIPTION)
  @SuppressWarnings("UnusedVariable") // EmbeddedServices reads it
  private @Nullable Path dataDir;

  @Option(names = "--once", description = "Stop after the first image.")
  private boolean once;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (model == null) {
      err.println("No --model: using the bundled checkpoint, which is trained on 341 emoji.");
    }
    try (ProgressBar bar = ProgressBar.onStandardError()) {
      bar.show("loading");
      gateway.start();
      webhooks.start();
      worker.start(ImmediateExit::exit);
    }
    Optional<CloudEvent> first = runFirstJob();
    if (first.isEmpty()) {
      return ExitCode.SOFTWARE;
    }
    CloudEvent event = first.get();
    out.println(event.toJson());
    out.println(EventFormatter.format(event));
    out.flush();
    if (!once) {
      err.printf(
          "Serving until Ctrl-C: HTTP on http://%s:%s, Kafka on %s. From another terminal:%n  java"
              + " -jar target/quarkus-app/quarkus-run.jar submit --url http://%1$s:%2$s --wait"
              + " --prompt TEXT%n",
          configValue("quarkus.http.host"),
          configValue("quarkus.http.port"),
          configValue("kafka.bootstrap.servers"));
      SignalHandling.awaitShutdown();
    }
    return JobCompletion.exitCode(event);
  }

  private static String configValue(String key) {
    return ConfigProvider.getConfig().getValue(key, String.class);
  }

  /** Empty if a signal ended the wait. */
  private Optional<CloudEvent> runFirstJob() {
    String id = "demo-" + UUID.randomUUID();
    try (EventReader events = EventReader.fromNow(kafka.standaloneConsumer(), topics.events());
        RequestProducer requests = new RequestProducer(kafka, topics)) {
      requests.send(topics.requests(), id, Map.of("id", id, "prompt", prompt));
      Optional<CloudEvent> event = JobCompletion.await(events, id, JOB_TIMEOUT);
      if (event.isEmpty() && !ApplicationLifecycleManager.isVmShuttingDown()) {
        throw new IllegalStateException(
            "job %s did not finish within %s".formatted(id, JOB_TIMEOUT));
      }
      return event;
    }
  }
}
