package dev.sanaq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.event.KafkaClients;
import dev.sanaq.event.TopicsConfig;
import dev.sanaq.local.LocalServices;
import dev.sanaq.worker.GradientPainter;
import dev.sanaq.worker.Outside;
import dev.sanaq.worker.TestSettings;
import dev.sanaq.worker.WorkerProcess;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands that speak to Kafka, as a script sees them: a real broker, a real worker. */
class KafkaCommandsTest {
  private static LocalServices services;
  private static WorkerProcess worker;
  private static KafkaClients kafka;
  private static TopicsConfig topics;

  private record Ran(int code, String out, String err) {}

  @BeforeAll
  static void start() {
    services = LocalServices.startTemporary();
    WorkerProcess.Settings settings = TestSettings.of(services.config());
    worker =
        WorkerProcess.start(
            settings, new GradientPainter(), Clock.systemUTC(), TestSettings.noTelemetry());
    kafka = new KafkaClients(settings.kafka());
    topics = settings.topics();
  }

  @AfterAll
  static void stop() {
    worker.drain(Duration.ofSeconds(10));
    services.close();
  }

  @Test
  void submitPrintsTheIdOfWhatItSent() {
    Ran ran = submit("--prompt", "a pear", "--id", "sent", "--json");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(json(ran.out()).get("id").asText()).isEqualTo("sent");
    assertThat(watch("sent", "--from-beginning").code()).isZero();
  }

  @Test
  void submitWaitsForThePicturesAndPrintsTheirAddresses() {
    Ran ran = submit("--prompt", "a pear", "--id", "two", "--count", "2", "--wait");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out().lines()).hasSize(3);
    assertThat(ran.out().lines().findFirst().orElse("")).endsWith(" two completed");
    assertThat(ran.out().lines().skip(1)).allMatch(line -> line.startsWith("http://127.0.0.1:"));
  }

  @Test
  void aJobThatFailsIsExitCodeOneAndSaysWhy() {
    Ran ran = submit("--prompt", "a pear", "--steps", "0", "--wait", "--json");
    assertThat(ran.code()).isEqualTo(1);
    JsonNode event = json(ran.out());
    assertThat(event.get("type").asText()).isEqualTo("dev.sanaq.job.failed.v1");
    assertThat(event.get("data").get("error").get("message").asText()).contains("steps: found 0");
  }

  @Test
  void submitTakesARequestFromAFileWithOptionsOnTop(@TempDir Path folder) throws Exception {
    String request = "{\"id\":\"b\",\"prompt\":\"p\",\"width\":32,\"height\":32}";
    Path file = Files.writeString(folder.resolve("r.json"), request);
    Ran ran = submit("--file", file.toString(), "--id", "c", "--width", "48", "--wait", "--json");
    assertThat(ran.code()).as(ran.err()).isZero();
    JsonNode image = json(ran.out()).get("data").get("images").get(0);
    assertThat(image.get("width").asInt()).isEqualTo(48);
    assertThat(image.get("height").asInt()).isEqualTo(32);
    assertThat(json(ran.out()).get("subject").asText()).isEqualTo("c");
  }

  @Test
  void watchPrintsAJobsEventsUntilItsEnd() {
    submit("--prompt", "a pear", "--id", "watched", "--wait");
    Ran ran = watch("watched", "--from-beginning", "--json");
    assertThat(ran.code()).isZero();
    assertThat(ran.out().lines().map(line -> json(line).get("id").asText()))
        .startsWith("watched/started")
        .endsWith("watched/completed");
    assertThat(watch("watched", "--from-beginning").out()).contains(" watched started");
  }

  @Test
  void watchOfAFailedJobIsExitCodeOne() {
    submit("--prompt", "a pear", "--id", "bad", "--solver", "none", "--wait");
    Ran ran = watch("bad", "--from-beginning");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.out()).contains("bad failed invalid_request: solver: found \"none\"");
  }

  @Test
  void cancelTakesAJobBackBeforeItIsSent() {
    assertThat(cancel("taken-back", "--reason", "too dear").code()).isZero();
    Ran ran = submit("--prompt", "p", "--id", "taken-back", "--wait", "--json");
    assertThat(ran.code()).isEqualTo(1);
    JsonNode event = json(ran.out());
    assertThat(event.get("type").asText()).isEqualTo("dev.sanaq.job.cancelled.v1");
    assertThat(event.get("data").get("reason").asText()).isEqualTo("too dear");
    assertThat(cancel("a b").code()).isEqualTo(2);
  }

  @Test
  void deadLettersAreListedAndPutBackAsTheyCame() {
    try (Outside outside = new Outside(services.config())) {
      long offset = outside.send("{broken", "trace", "t-1");
      outside.awaitLetters(1);
      Ran listed = deadLetters("list", "--json");
      assertThat(listed.code()).isZero();
      JsonNode letter = json(listed.out().lines().findFirst().orElseThrow());
      assertThat(letter.get("source").asText()).isEqualTo("sanaq.requests-0@" + offset);
      assertThat(letter.get("reason").asText()).contains("line 1");
      assertThat(letter.get("bytes").asInt()).isEqualTo(7);
      assertThat(deadLetters("list").out()).contains("place", "sanaq.requests-0@" + offset);

      Ran sent = deadLetters("replay", letter.get("place").asText());
      assertThat(sent.code()).as(sent.err()).isZero();
      assertThat(sent.out()).isEqualTo("1 sent%n".formatted());
      var again = outside.awaitLetters(2).get(1);
      assertThat(new String(again.value(), StandardCharsets.UTF_8)).isEqualTo("{broken");
      assertThat(Outside.header(again, "trace")).isEqualTo("t-1");
      assertThat(again.headers().headers("sanaq-source-offset")).hasSize(1);
      assertThat(
              Outside.header(again, "sanaq-source-partition")
                  + Outside.header(again, "sanaq-source-offset"))
          .isNotEqualTo("0" + offset);
    }
    assertThat(deadLetters("replay").code()).isEqualTo(2);
    assertThat(deadLetters("replay", "0@0", "--all").code()).isEqualTo(2);
    assertThat(deadLetters("replay", "3@99").err()).contains("no dead letter [3@99]");
  }

  @Test
  void wrongUseIsExitCodeTwo() {
    assertThat(submit().code()).isEqualTo(2);
    assertThat(submit("--prompt", "p", "--id", "a b").code()).isEqualTo(2);
    assertThat(submit("--file", "/no/such/file").code()).isEqualTo(2);
    assertThat(submit("--file", "/no/such/file").err()).contains("there is no file /no/such/file");
    assertThat(submit("--prompt", "p", "--width", "wide").code()).isEqualTo(2);
  }

  @SuppressWarnings("UnnecessaryAssignment") // what the container does in the program
  private static Ran submit(String... args) {
    SubmitCommand command = new SubmitCommand();
    command.kafka = kafka;
    command.topics = topics;
    return run(command, args);
  }

  @SuppressWarnings("UnnecessaryAssignment") // what the container does in the program
  private static Ran watch(String... args) {
    WatchCommand command = new WatchCommand();
    command.kafka = kafka;
    command.topics = topics;
    return run(command, args);
  }

  @SuppressWarnings("UnnecessaryAssignment") // what the container does in the program
  private static Ran cancel(String... args) {
    CancelCommand command = new CancelCommand();
    command.kafka = kafka;
    command.topics = topics;
    return run(command, args);
  }

  @SuppressWarnings("UnnecessaryAssignment") // what the container does in the program
  private static Ran deadLetters(String... args) {
    DeadLettersCommand command = new DeadLettersCommand();
    command.kafka = kafka;
    command.topics = topics;
    return run(command, args);
  }

  private static Ran run(Object command, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = new CommandLine(command);
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int code = line.execute(args);
    return new Ran(code, out.toString(), err.toString());
  }

  private static JsonNode json(String text) {
    return Outside.json(text.getBytes(StandardCharsets.UTF_8));
  }
}
