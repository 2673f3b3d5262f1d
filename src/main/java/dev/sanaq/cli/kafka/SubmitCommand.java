package dev.sanaq.cli.kafka;

import dev.sanaq.cli.terminal.ProgressBar;
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
import java.nio.file.NoSuchFileException;
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

/** Sends a request; the job's id goes to standard output, and its end where that is waited for. */
@Command(
    name = "submit",
    mixinStandardHelpOptions = true,
    description = "Sends a request: from options, or a JSON object from a file, options on top.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:sent, and with --wait drawn", "1:failed", "2:used wrongly"})
public final class SubmitCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";

  @Inject public KafkaClientFactory kafka;
  @Inject public TopicsConfig topics;

  @Mixin private RequestOptions options;
  @Mixin private GatewayOptions gateway;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "A request as the contract has it; - for standard input.")
  private @Nullable String file;

  @Option(names = "--wait", description = "Wait for the job's end.")
  private boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "PT1H",
      description = "Wait no longer (default: ${DEFAULT-VALUE}).")
  private Duration timeout;

  @Option(names = "--json", description = "Print JSON: the id, or with --wait the last event.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Map<String, Object> request = buildRequest();
    Optional<GatewayClient> http = gateway.client();
    return http.isPresent() ? submitOverHttp(http.get(), request) : submitOverKafka(request);
  }

  private int submitOverHttp(GatewayClient http, Map<String, Object> request) {
    String id = http.submit(request);
    if (!wait) {
      return printJobId(id);
    }
    try (ProgressBar bar = ProgressBar.onStandardError()) {
      bar.show("waiting");
      return printTerminalEvent(
          http.watch(id, timeout, event -> JobCompletion.showProgress(bar, event)));
    }
  }

  private int submitOverKafka(Map<String, Object> request) {
    String id = String.valueOf(request.get("id"));
    try (RequestProducer requests = new RequestProducer(kafka, topics)) {
      if (!wait) {
        requests.send(id, request);
        return printJobId(id);
      }
      // First the ear, then the mouth: the job may end before sending returns.
      try (EventReader events = EventReader.fromNow(kafka.standaloneConsumer(), topics.events())) {
        requests.send(id, request);
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
                        "job %s did not end within %s; it may still".formatted(id, timeout)));
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
      throw new ParameterException(spec.commandLine(), "nothing to draw: give --prompt or --file");
    }
    request.putIfAbsent("id", UUID.randomUUID().toString());
    if (!(request.get("id") instanceof String id && JobIds.isValid(id))) {
      throw new ParameterException(
          spec.commandLine(), "the id %s is not %s".formatted(request.get("id"), JobIds.ALLOWED));
    }
    return request;
  }

  private Map<String, Object> readRequest(String from) {
    try {
      return Json.readObject(
          from.equals(STANDARD_INPUT)
              ? System.in.readAllBytes()
              : Files.readAllBytes(Path.of(from)));
    } catch (NoSuchFileException e) {
      throw new ParameterException(spec.commandLine(), "there is no file " + from, e);
    } catch (IOException | BadJsonException e) {
      throw new ParameterException(
          spec.commandLine(), "no request in %s: %s".formatted(from, e.getMessage()), e);
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
