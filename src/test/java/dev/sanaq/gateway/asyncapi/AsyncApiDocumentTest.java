package dev.sanaq.gateway.asyncapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import dev.sanaq.image.encode.ImageFormat;
import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.Priority;
import dev.sanaq.job.RequestFields;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.deadletter.DeadLetterFactory;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.kafka.event.WorkerStatus;
import dev.sanaq.kafka.request.LimitsConfig;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.testing.TestSettings;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The description by hand has what the code has. */
class AsyncApiDocumentTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final AsyncApiDocument document = AsyncApiDocument.ofDefaults();

  @Test
  void document_isValidAsyncApi3() throws Exception {
    try (InputStream in = getClass().getResourceAsStream("/schemas/asyncapi.json")) {
      JsonSchema schema =
          JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
              .getSchema(MAPPER.readTree(Objects.requireNonNull(in)));
      assertThat(schema.validate(MAPPER.valueToTree(document.content()))).isEmpty();
      Map<String, Object> broken = new Yaml().load(document.toYaml());
      AsyncApiDocument.descend(broken, List.of("operations", "sendDeadLetters"))
          .put("action", "publish");
      assertThat(schema.validate(MAPPER.valueToTree(broken))).isNotEmpty();
    }
  }

  @Test
  void jsonSchemas_areValidByTheirDialect() {
    JsonSchema dialect =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
    JsonSchemas schemas = new JsonSchemas(document);
    for (String name : JsonSchemas.NAMES) {
      Map<String, Object> schema = schemas.find(name).orElseThrow();
      assertThat(dialect.validate(MAPPER.valueToTree(schema))).as(name).isEmpty();
      assertThat(schema.toString()).as(name).doesNotContain("#/components");
    }
    assertThat(schemas.find("other")).isEmpty();
  }

  @Test
  void requestSchemas_haveEveryFieldOfTheOneList() {
    Map<String, Object> request = properties("Request");
    assertThat(request.keySet()).containsExactlyElementsOf(RequestFields.ALL);
    assertThat(inner(request, "pag")).containsExactlyElementsOf(RequestFields.OF_PAG);
    assertThat(inner(request, "output")).containsExactlyElementsOf(RequestFields.OF_OUTPUT);
    assertThat(properties("Adapter").keySet()).containsExactlyElementsOf(RequestFields.OF_ADAPTER);
    Map<String, Object> resolved = properties("ResolvedRequest");
    assertThat(resolved.keySet()).containsExactlyElementsOf(RequestFields.ALL);
    assertThat(inner(resolved, "pag")).containsExactlyElementsOf(RequestFields.OF_PAG);
    assertThat(inner(resolved, "output")).containsExactlyElementsOf(RequestFields.OF_OUTPUT);
    assertThat(properties("ResolvedAdapter").keySet())
        .containsExactlyElementsOf(RequestFields.OF_ADAPTER);
  }

  @Test
  void enumerations_haveTheValuesOfTheCode() {
    assertThat(enumeration("Request", "priority")).containsExactlyElementsOf(Priority.LABELS);
    List<String> formats = Arrays.stream(ImageFormat.values()).map(ImageFormat::label).toList();
    assertThat(enumeration("Request", "format")).containsExactlyElementsOf(formats);
    assertThat(enumeration("Image", "format")).containsExactlyElementsOf(formats);
    assertThat(enumeration("StoredImage", "format")).containsExactlyElementsOf(formats);
    assertThat(enumeration("Request", "solver"))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(SolverKind.values()).map(SolverKind::label).toList());
    assertThat(enumeration("JobError", "code"))
        .containsExactlyElementsOf(
            Arrays.stream(ErrorCode.values()).map(ErrorCode::label).toList());
  }

  @Test
  void events_haveTheTypesOfTheCode() {
    List<String> types = new ArrayList<>();
    for (Object message :
        AsyncApiDocument.descend(document.content(), List.of("components", "messages")).values()) {
      if (message.toString().contains("ce_type={const=")) {
        types.add(message.toString().replaceFirst("(?s).*ce_type=\\{const=([^}]+)}.*", "$1"));
      }
    }
    assertThat(types)
        .containsExactlyInAnyOrder(
            JobEventFactory.STARTED,
            JobEventFactory.PROGRESS,
            JobEventFactory.COMPLETED,
            JobEventFactory.FAILED,
            JobEventFactory.CANCELLED,
            WorkerStatus.TYPE);
    assertThat(
            AsyncApiDocument.descend(document.content(), List.of("channels", "events", "messages")))
        .hasSize(types.size());
  }

  @Test
  void deadLetterHeaders_areThoseOfTheCode() {
    byte[] value = new byte[100_000];
    ProducerRecord<byte[], byte[]> letter =
        new DeadLetterFactory("d").create(new ConsumerRecord<>("t", 0, 0, value, value), "reason");
    TreeSet<String> names = new TreeSet<>();
    DeadLetterFactory.truncate(letter).orElseThrow().headers().forEach(h -> names.add(h.key()));
    assertThat(new TreeSet<>(properties("DeadLetterHeaders").keySet())).isEqualTo(names);
  }

  @Test
  void documentOfDefaultConfiguration_isTheFile() {
    AsyncApiDocument configured = configured(Map.of());
    assertThat(MAPPER.<JsonNode>valueToTree(configured.content()).toString())
        .isEqualTo(MAPPER.<JsonNode>valueToTree(document.content()).toString());
  }

  @Test
  void document_hasConfiguredTopicsAndLimits() {
    AsyncApiDocument configured =
        configured(
            Map.of(
                "sanaq.topics.requests", "art.in",
                "sanaq.topics.cancellations", "art.stop",
                "sanaq.topics.events", "art.out",
                "sanaq.topics.dead-letters", "art.bad",
                "sanaq.limits.max-steps", "7",
                "sanaq.limits.max-count", "3",
                "sanaq.limits.max-guidance-scale", "1.5"));
    List<Object> addresses =
        AsyncApiDocument.descend(configured.content(), List.of("channels")).values().stream()
            .map(channel -> ((Map<?, ?>) channel).get("address"))
            .map(Objects::requireNonNull)
            .map(Object.class::cast)
            .toList();
    assertThat(addresses).containsExactly("art.in", "art.stop", "art.out", "art.bad");
    String request = new JsonSchemas(configured).find("request").orElseThrow().toString();
    assertThat(request).contains("maximum=7,", "maximum=3,", "maximum=1.5,", "maxItems=3,");
  }

  @Test
  void yaml_isTheDocument() {
    byte[] text = document.toYaml().getBytes(StandardCharsets.UTF_8);
    Map<String, Object> read = new Yaml().load(new String(text, StandardCharsets.UTF_8));
    assertThat(read).isEqualTo(document.content());
  }

  private static AsyncApiDocument configured(Map<String, String> config) {
    return AsyncApiDocument.of(
        TestSettings.mapping(TopicsConfig.class, config),
        TestSettings.mapping(LimitsConfig.class, config));
  }

  private Map<String, Object> properties(String schema) {
    return AsyncApiDocument.descend(
        document.content(), List.of("components", "schemas", schema, "properties"));
  }

  private static List<String> inner(Map<String, Object> properties, String field) {
    return List.copyOf(AsyncApiDocument.descend(properties, List.of(field, "properties")).keySet());
  }

  /** The values of a field, which may be null besides. */
  private List<String> enumeration(String schema, String field) {
    Map<String, Object> property = AsyncApiDocument.descend(properties(schema), List.of(field));
    if (property.get("anyOf") instanceof List<?> kinds) {
      property = AsyncApiDocument.descend(Map.of("first", kinds.get(0)), List.of("first"));
    }
    return ((List<?>) Objects.requireNonNull(property.get("enum")))
        .stream().map(String::valueOf).toList();
  }
}
