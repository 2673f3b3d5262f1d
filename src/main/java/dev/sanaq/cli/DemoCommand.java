package dev.sanaq.cli;

import dev.sanaq.event.CloudEvent;
import dev.sanaq.event.EventReader;
import dev.sanaq.event.KafkaClients;
import dev.sanaq.event.Requests;
import dev.sanaq.event.TopicsConfig;
import dev.sanaq.gateway.GatewayService;
import dev.sanaq.webhook.WebhookService;
import dev.sanaq.worker.WorkerService;
import jakarta.inject.Inject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Everything in one process: Kafka, S3, a worker and the gateway, and one request through all of
 * them. {@link EarlyServices} has started Kafka and S3 before this runs.
 */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description =
        "Kafka, S3, a worker and the gateway in one process: sends one request, shows its picture's address, "
            + "then serves on until told to stop.")
public final class DemoCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofHours(1);

  @Inject GatewayService gateway;
  @Inject WebhookService webhooks;
  @Inject WorkerService worker;
  @Inject KafkaClients kafka;
  @Inject TopicsConfig topics;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      defaultValue = "a red apple",
      description = "What to draw (default: ${DEFAULT-VALUE}).")
  private String prompt;

  @Option(
      names = EarlyServices.MODEL,
      paramLabel = "DIR",
      description = "A checkpoint; without it the small one that ships, which knows emoji.")
  private @Nullable Path model;

  @Option(
      names = LocalOptions.FOLDER,
      paramLabel = "DIR",
      description = "Keep the data there; without it the data goes when this ends.")
  @SuppressWarnings("UnusedVariable") // EarlyServices reads it
  private @Nullable Path folder;

  @Option(names = "--once", description = "Stop after the first picture.")
  private boolean once;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (model == null) {
      err.println("No --model: drawing with the small checkpoint that ships, which knows emoji.");
    }
    try (ProgressBar bar = ProgressBar.onStandardError()) {
      bar.show("loading");
      gateway.start();
      webhooks.start();
      worker.start();
    }
    CloudEvent event = firstPicture();
    out.println(event.toLine());
    out.println(EventText.of(event));
    out.flush();
    if (!once) {
      err.printf(
          "Serving on until Ctrl-C, HTTP on http://%s:%s, Kafka on %s. From another terminal:%n  java"
              + " -jar target/quarkus-app/quarkus-run.jar submit --url http://%1$s:%2$s --wait"
              + " --prompt TEXT%n",
          config("quarkus.http.host"),
          config("quarkus.http.port"),
          config("kafka.bootstrap.servers"));
      Termination.await();
    }
    return TerminalEvents.exitCode(event);
  }

  private static String config(String key) {
    return ConfigProvider.getConfig().getValue(key, String.class);
  }

  private CloudEvent firstPicture() {
    String id = "demo-" + UUID.randomUUID();
    try (EventReader events = EventReader.fromNow(kafka.watcher(), topics.events());
        Requests requests = new Requests(kafka, topics)) {
      requests.send(id, Map.of("id", id, "prompt", prompt));
      return TerminalEvents.await(events, id, PATIENCE)
          .orElseThrow(
              () -> new IllegalStateException("no picture of job %s in time".formatted(id)));
    }
  }
}
