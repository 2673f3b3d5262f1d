package dev.sanaq.cli.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.testing.TestServices;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.webhook.topic.DeliveryQueries;
import dev.sanaq.worker.WorkerSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import picocli.CommandLine;

/** The webhook commands, run as a script would. */
class WebhooksCommandTest {
  @RegisterExtension static final TestServices services = new TestServices();

  private static DeliveryQueries deliveries;

  private record Result(int code, String out, String err) {}

  @BeforeAll
  static void start() throws Exception {
    WorkerSettings settings = TestSettings.of(services.config());
    KafkaClientFactory kafka = new KafkaClientFactory(settings.kafka());
    TopicsConfig topics = settings.topics();
    deliveries = new DeliveryQueries(kafka, topics);
    String state =
        """
        {"id":"%s","job":"a","type":"dev.sanaq.job.failed.v1","time":"2030-01-01T00:00:0%sZ",
        "data":{},"url":"https://example.com/h","order":1,"status":"%s","cause":"attempt",
        "attempts":1,"due":"2030-01-01T00:00:01Z","last":"answer 500"}\
        """;
    try (Producer<byte[], byte[]> producer = kafka.idempotentProducer(Duration.ofSeconds(10))) {
      write(producer, topics, "a/started", state.formatted("a/started", 0, "delivered"));
      write(producer, topics, "a/failed", state.formatted("a/failed", 5, "pending"));
    }
  }

  @Test
  void list_printsLatestDeliveryFirst() {
    Result ran = list();
    assertThat(ran.code()).isZero();
    assertThat(ran.out().lines().map(line -> line.split(" +")[0]))
        .containsExactly("DELIVERY", "a/failed", "a/started");
    assertThat(list("--pending", "--json").out().lines())
        .singleElement()
        .asString()
        .startsWith("{\"id\":\"a/failed\",\"job\":\"a\"");
  }

  @Test
  void resend_unknownDelivery_exitsOne() {
    Result ran = resend("b/failed");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("no delivery b/failed");
    assertThat(resend().code()).isEqualTo(2);
  }

  @Test
  void withoutSubcommand_isUsageError() {
    assertThat(run(new CommandLine(new WebhooksCommand())).code()).isEqualTo(2);
  }

  private static void write(
      Producer<byte[], byte[]> producer, TopicsConfig topics, String id, String state)
      throws Exception {
    producer
        .send(
            new ProducerRecord<>(
                topics.webhookDeliveries(),
                id.getBytes(StandardCharsets.UTF_8),
                state.getBytes(StandardCharsets.UTF_8)))
        .get();
  }

  private static Result list(String... args) {
    WebhooksListCommand command = new WebhooksListCommand();
    command.deliveries = deliveries;
    return run(new CommandLine(command), args);
  }

  private static Result resend(String... args) {
    WebhooksResendCommand command = new WebhooksResendCommand();
    command.deliveries = deliveries;
    return run(new CommandLine(command), args);
  }

  private static Result run(CommandLine line, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int code = line.execute(args);
    return new Result(code, out.toString(), err.toString());
  }
}
