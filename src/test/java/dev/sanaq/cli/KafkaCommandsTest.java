package dev.sanaq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.cli.kafka.CancelCommand;
import dev.sanaq.cli.kafka.DeadLettersCommand;
import dev.sanaq.cli.kafka.SubmitCommand;
import dev.sanaq.cli.kafka.WatchCommand;
import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.TestServices;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.testing.kafka.PlainWorkerChannels;
import dev.sanaq.worker.WorkerRuntime;
import dev.sanaq.worker.WorkerSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands that use Kafka, run as a script would, with a real broker and worker. */
class KafkaCommandsTest {
  @RegisterExtension static final TestServices services = new TestServices();

  private static WorkerRuntime worker;
  private static KafkaClientFactory kafka;
  private static TopicsConfig topics;

  private record Result(int code, String out, String err) {}

  @BeforeAll
  static void start() {
    WorkerSettings settings = TestSettings.of(services.config());
    worker =
        WorkerRuntime.start(
            settings,
            new GradientImageGenerator(),
            Clock.systemUTC(),
            TestSettings.noTelemetry(),
            PlainWorkerChannels.of(settings));
    kafka = new KafkaClientFactory(settings.kafka());
    topics = settings.topics();
  }

  @AfterAll
  static void stop() {
    worker.drain(Duration.ofSeconds(10));
  }

  @Test
  void submit_printsJobId() {
    Result ran = submit("--prompt", "a pear", "--id", "sent", "--json");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(json(ran.out()).get("id").asText()).isEqualTo("sent");
    assertThat(watch("sent", "--from-beginning").code()).isZero();
  }

  @Test
  void submit_wait_printsImageUrls() {
    Result ran = submit("--prompt", "a pear", "--id", "two", "--num-images", "2", "--wait");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out().lines()).hasSize(3);
    assertThat(ran.out().lines().findFirst().orElse("")).endsWith(" two completed");
    assertThat(ran.out().lines().skip(1)).allMatch(line -> line.startsWith("http://127.0.0.1:"));
  }

  @Test
  void submit_failedJob_exitsOneWithError() {
    Result ran = submit("--prompt", "a pear", "--steps", "0", "--wait", "--json");
    assertThat(ran.code()).isEqualTo(1);
    JsonNode event = json(ran.out());
    assertThat(event.get("type").asText()).isEqualTo("dev.sanaq.job.failed.v1");
    assertThat(event.get("data").get("error").get("message").asText()).contains("steps: found 0");
  }

  @Test
  void submit_file_isOverriddenByOptions(@TempDir Path folder) throws Exception {
    String request = "{\"id\":\"b\",\"prompt\":\"p\",\"width\":32,\"height\":32}";
    Path file = Files.writeString(folder.resolve("r.json"), request);
    Result ran =
        submit("--file", file.toString(), "--id", "c", "--width", "48", "--wait", "--json");
    assertThat(ran.code()).as(ran.err()).isZero();
    JsonNode image = json(ran.out()).get("data").get("images").get(0);
    assertThat(image.get("width").asInt()).isEqualTo(48);
    assertThat(image.get("height").asInt()).isEqualTo(32);
    assertThat(json(ran.out()).get("subject").asText()).isEqualTo("c");
  }

  @Test
  void watch_printsEventsUntilTerminal() {
    submit("--prompt", "a pear", "--id", "watched", "--wait");
    Result ran = watch("watched", "--from-beginning", "--json");
    assertThat(ran.code()).isZero();
    List<String> ids = ran.out().lines().map(line -> json(line).get("id").asText()).toList();
    assertThat(ids.get(0)).matches("watched/started-[0-9a-f]{16}");
    assertThat(ids).endsWith("watched/completed");
    assertThat(watch("watched", "--from-beginning").out()).contains(" watched started");
  }

  @Test
  void watch_failedJob_exitsOne() {
    submit("--prompt", "a pear", "--id", "bad", "--solver", "none", "--wait");
    Result ran = watch("bad", "--from-beginning");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.out()).contains("bad failed invalid_request: solver: found \"none\"");
  }

  @Test
  void cancel_beforeSubmit_cancelsJob() {
    assertThat(cancel("cancelled-first", "--reason", "no longer needed").code()).isZero();
    Result ran = submit("--prompt", "p", "--id", "cancelled-first", "--wait", "--json");
    assertThat(ran.code()).isEqualTo(1);
    JsonNode event = json(ran.out());
    assertThat(event.get("type").asText()).isEqualTo("dev.sanaq.job.cancelled.v1");
    assertThat(event.get("data").get("reason").asText()).isEqualTo("no longer needed");
    assertThat(cancel("a b").code()).isEqualTo(2);
  }

  @Test
  void deadLetters_areListedAndReplayedUnchanged() {
    try (KafkaS3Client client = new KafkaS3Client(services.config())) {
      long offset = client.send("{broken", "trace", "t-1");
      client.awaitDeadLetters(1);
      Result listed = deadLetters("list", "--json");
      assertThat(listed.code()).isZero();
      JsonNode letter = json(listed.out().lines().findFirst().orElseThrow());
      assertThat(letter.get("source").asText())
          .isEqualTo(services.requestsTopic() + "-0@" + offset);
      assertThat(letter.get("reason").asText()).contains("line 1");
      assertThat(letter.get("bytes").asInt()).isEqualTo(7);
      assertThat(deadLetters("list").out())
          .contains("position", services.requestsTopic() + "-0@" + offset);

      Result sent = deadLetters("replay", letter.get("position").asText());
      assertThat(sent.code()).as(sent.err()).isZero();
      assertThat(sent.out()).isEqualTo("1 sent%n".formatted());
      var replayed = client.awaitDeadLetters(2).get(1);
      assertThat(new String(replayed.value(), StandardCharsets.UTF_8)).isEqualTo("{broken");
      assertThat(KafkaS3Client.header(replayed, "trace")).isEqualTo("t-1");
      assertThat(replayed.headers().headers("sanaq-source-offset")).hasSize(1);
      assertThat(
              KafkaS3Client.header(replayed, "sanaq-source-partition")
                  + KafkaS3Client.header(replayed, "sanaq-source-offset"))
          .isNotEqualTo("0" + offset);
    }
    assertThat(deadLetters("replay").code()).isEqualTo(2);
    assertThat(deadLetters("replay", "0@0", "--all").code()).isEqualTo(2);
    assertThat(deadLetters("replay", "3@99").err()).contains("no dead letter [3@99]");
  }

  @Test
  void usageError_exitsTwo() {
    assertThat(submit().code()).isEqualTo(2);
    assertThat(submit("--prompt", "p", "--id", "a b").code()).isEqualTo(2);
    assertThat(submit("--file", "/no/such/file").code()).isEqualTo(2);
    assertThat(submit("--file", "/no/such/file").err())
        .contains("--file /no/such/file: no such file or folder");
    assertThat(submit("--prompt", "p", "--width", "wide").code()).isEqualTo(2);
  }

  @SuppressWarnings("UnnecessaryAssignment") // what the container does in the program
  private static Result submit(String... args) {
    SubmitCommand command = new SubmitCommand();
    command.kafka = kafka;
    command.topics = topics;
    return run(command, args);
  }

  @SuppressWarnings("UnnecessaryAssignment") // what the container does in the program
  private static Result watch(String... args) {
    WatchCommand command = new WatchCommand();
    command.kafka = kafka;
    command.topics = topics;
    return run(command, args);
  }

  @SuppressWarnings("UnnecessaryAssignment") // what the container does in the program
  private static Result cancel(String... args) {
    CancelCommand command = new CancelCommand();
    command.kafka = kafka;
    command.topics = topics;
    return run(command, args);
  }

  @SuppressWarnings("UnnecessaryAssignment") // what the container does in the program
  private static Result deadLetters(String... args) {
    DeadLettersCommand command = new DeadLettersCommand();
    command.kafka = kafka;
    command.topics = topics;
    return run(command, args);
  }

  private static Result run(Object command, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = new CommandLine(command);
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int code = line.execute(args);
    return new Result(code, out.toString(), err.toString());
  }

  private static JsonNode json(String text) {
    return KafkaS3Client.json(text.getBytes(StandardCharsets.UTF_8));
  }
}
