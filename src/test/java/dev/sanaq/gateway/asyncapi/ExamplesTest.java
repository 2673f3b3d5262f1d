package dev.sanaq.gateway.asyncapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.job.FieldError;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.validation.ModelDefaults;
import dev.sanaq.job.validation.RequestLimits;
import dev.sanaq.job.validation.RequestValidator;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.request.CancellationDecoder;
import dev.sanaq.kafka.request.ReadResult;
import dev.sanaq.kafka.request.RecordDecoder;
import dev.sanaq.kafka.request.RequestReader;
import dev.sanaq.testing.contract.ContractSchemas;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the examples of the document: the program's own readers accept the good ones and refuse the
 * bad ones, and the schemas agree.
 */
class ExamplesTest {
  private static final OutputLocation HOME = new OutputLocation("sanaq", "");
  private static final RecordDecoder DECODER = new RecordDecoder(100_000);
  private static final RequestReader READER =
      new RequestReader(
          DECODER,
          new RequestValidator(
              new ModelDefaults("m", 64, 64, 4, 4.5, "flow-dpm", List.of("flow-dpm", "flow-euler")),
              new RequestLimits(
                  4000,
                  4096,
                  100,
                  50,
                  8,
                  16,
                  16384,
                  false,
                  false,
                  HOME,
                  List.of(HOME),
                  List.of())));
  private static final ContractSchemas SCHEMAS = ContractSchemas.ofDefaults();

  /** An example of a message; its text names it in reports. */
  record Example(String message, boolean good, Map<String, Object> content) {
    Object payload() {
      return Objects.requireNonNull(content.get("payload"));
    }

    Map<String, Object> headers() {
      return content.containsKey("headers")
          ? AsyncApiDocument.descend(content, List.of("headers"))
          : Map.of();
    }

    ConsumerRecord<byte[], byte[]> record() {
      RecordHeaders headers = new RecordHeaders();
      headers()
          .forEach(
              (name, value) ->
                  headers.add(name, value.toString().getBytes(StandardCharsets.UTF_8)));
      byte[] value = Json.write(payload());
      return new ConsumerRecord<>(
          "t",
          0,
          0,
          0,
          TimestampType.CREATE_TIME,
          0,
          value.length,
          new byte[0],
          value,
          headers,
          Optional.empty());
    }

    @Override
    public String toString() {
      return "%s %s".formatted(message, content.get("name"));
    }
  }

  static Stream<Example> requests() {
    return examples("Request", "RequestCloudEvent");
  }

  static Stream<Example> cancellations() {
    return examples("Cancellation");
  }

  static Stream<Example> events() {
    return examples(
        "JobStarted", "JobProgress", "JobCompleted", "JobFailed", "JobCancelled", "WorkerStatus");
  }

  static Stream<Example> all() {
    return Stream.of(requests(), cancellations(), events()).flatMap(each -> each);
  }

  @ParameterizedTest
  @MethodSource("all")
  void schema_acceptsGoodExamplesOnly(Example example) {
    List<String> violations = SCHEMAS.validateValue(schemaName(example), example.payload());
    assertThat(violations.isEmpty()).as("%s", violations).isEqualTo(example.good());
  }

  @ParameterizedTest
  @MethodSource("requests")
  void requestReader_acceptsGoodExamplesOnly(Example example) {
    ReadResult result = READER.read(example.record());
    if (example.good()) {
      assertThat(result).isInstanceOf(ReadResult.Accepted.class);
    } else if (example.content().get("field") instanceof String field) {
      JobOutcome.Failed failure = ((ReadResult.Invalid) result).failure();
      assertThat(failure.error().fields()).extracting(FieldError::field).containsExactly(field);
    } else {
      assertThat(result).isInstanceOf(ReadResult.Unreadable.class);
    }
  }

  @ParameterizedTest
  @MethodSource("cancellations")
  void cancellationDecoder_acceptsGoodExamplesOnly(Example example) {
    assertThat(new CancellationDecoder(DECODER).decode(example.record()))
        .isInstanceOf(
            example.good()
                ? CancellationDecoder.Readable.class
                : CancellationDecoder.Unreadable.class);
  }

  @ParameterizedTest
  @MethodSource("events")
  void eventExamples_haveTheHeadersOfEvents(Example example) {
    assertThat(SCHEMAS.validateValue("event-headers", example.headers())).isEmpty();
  }

  private static Stream<Example> examples(String... messages) {
    Map<String, Object> all =
        AsyncApiDocument.descend(
            AsyncApiDocument.ofDefaults().content(), List.of("components", "messages"));
    return Stream.of(messages)
        .flatMap(
            message -> {
              Map<String, Object> content = AsyncApiDocument.descend(all, List.of(message));
              return Stream.concat(
                  read(message, true, Objects.requireNonNull(content.get("examples"))),
                  read(message, false, content.getOrDefault("x-invalid-examples", List.of())));
            });
  }

  private static Stream<Example> read(String message, boolean good, Object examples) {
    return ((List<?>) examples)
        .stream()
            .map(
                item ->
                    new Example(
                        message,
                        good,
                        AsyncApiDocument.descend(Map.of("item", item), List.of("item"))));
  }

  private static String schemaName(Example example) {
    return example.message().replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }
}
