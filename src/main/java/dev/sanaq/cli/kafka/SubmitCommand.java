package dev.sanaq.cli.kafka;

import dev.sanaq.cli.terminal.ProgressBar;
import dev.sanaq.files.FileErrors;
import dev.sanaq.job.JobIds;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.EventReader;
import dev.sanaq.kafka.request.RequestProducer;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code submit}: sends a request; prints the job's id, or with {@code --wait} its result. */
@Command(
    name = "submit",
    mixinStandardHelpOptions = true,
    description = "Sends a request: from options, or from a JSON file that options override.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:sent; with --wait, the job completed",
      "1:sending or the job failed",
      "2:invalid command line"
    })
public final class SubmitCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";

  @Inject public KafkaClientFactory kafka;
  @Inject public TopicsConfig topics;

  @Mixin private RequestOptions options;
  @Mixin private GatewayOptions gateway;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "File of a JSON request; - for standard input.")
  private @Nullable String file;

  @Option(names = "--wait", description = "Wait for the job's terminal event and print it.")
  private boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "PT1H",
      description = "Maximum wait of --wait (default: ${DEFAULT-VALUE}).")
  private Duration timeout;

  @Option(names = "--json", description = "Print JSON: the id, or with --wait the terminal event.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Map<String, Object> request = buildRequest();
    Optional<GatewayClient> client = gateway.client();
    return client.isPresent() ? submitOverHttp(client.get(), request) : submitOverKafka(request);
  }

  private int submitOverHttp(GatewayClient client, Map<String, Object> request) {
    String id = client.submit(request);
    if (!wait) {
      return printJobId(id);
    }
    try (ProgressBar bar = ProgressBar.onStandardError()) {
      bar.show("waiting");
      return printTerminalEvent(
          client.watch(id, timeout, event -> JobCompletion.showProgress(bar, event)));
    }
  }

  private int submitOverKafka(Map<String, Object> request) {
    String id = String.valueOf(request.get("id"));
    try (RequestProducer requests = new RequestProducer(kafka, topics)) {
      if (!wait) {
        requests.send(topics.requests(), id, request);
        return printJobId(id);
      }
      // Subscribe before sending, or a fast job's final event is missed.
      try (EventReader events = EventReader.fromNow(kafka.standaloneConsumer(), topics.events())) {
        requests.send(topics.requests(), id, request);
        return awaitTerminalEvent(events, id);
      }
    }
  }

  private int awaitTerminalEvent(EventReader events, String id) {
    CloudEvent event =
        JobCompletion.await(events, id, timeout)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "job %s did not finish within %s; it may still finish"
                            .formatted(id, timeout)));
    return printTerminalEvent(event);
  }

  private int printJobId(String id) {
    print(json ? toJson(Map.of("id", id)) : id);
    return ExitCode.OK;
  }

  private int printTerminalEvent(CloudEvent event) {
    print(json ? event.toJson() : EventFormatter.format(event));
    return JobCompletion.exitCode(event);
  }

  private Map<String, Object> buildRequest() {
    Map<String, Object> request = file == null ? new LinkedHashMap<>() : readRequest(file);
    request.putAll(options.fields());
    if (request.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "either --prompt or --file is needed");
    }
    request.putIfAbsent("id", UUID.randomUUID().toString());
    if (!(request.get("id") instanceof String id && JobIds.isValid(id))) {
      throw new ParameterException(
          spec.commandLine(),
          "invalid id %s: must be %s".formatted(request.get("id"), JobIds.ALLOWED));
    }
    return request;
  }

  private Map<String, Object> readRequest(String source) {
    try {
      return Json.readObject(
          source.equals(STANDARD_INPUT)
              ? System.in.readAllBytes()
              : Files.readAllBytes(Path.of(source)));
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(), "--file %s: %s".formatted(source, FileErrors.reason(e)), e);
    } catch (BadJsonException e) {
      throw new ParameterException(
          spec.commandLine(), "%s is not a request: %s".formatted(source, e.getMessage()), e);
    }
  }

  private void print(String text) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(text);
    out.flush();
  }

  private static String toJson(Map<String, Object> value) {
    return new String(Json.write(value), StandardCharsets.UTF_8);
  }
}
