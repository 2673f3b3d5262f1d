package dev.sanaq.kafka.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobIds;
import dev.sanaq.job.JobOutcome.Failed;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.StoredImage;
import dev.sanaq.job.validation.ModelDefaults;
import dev.sanaq.job.validation.RequestLimits;
import dev.sanaq.job.validation.RequestValidator;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.testing.kafka.MalformedValues;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The reader gives a result for any record, and every result can be published as an event. */
class RequestReaderFuzzTest {
  private static final OutputLocation HOME = new OutputLocation("sanaq", "");
  private static final RequestReader READER =
      new RequestReader(
          new RecordDecoder(10_000),
          new RequestValidator(
              new ModelDefaults("m", 64, 64, 4, 4.5, "flow-dpm", List.of("flow-dpm")),
              new RequestLimits(
                  100, 4096, 50, 20, 4, 16, 200, false, false, HOME, List.of(HOME), List.of())));
  private static final JobEventFactory EVENTS =
      new JobEventFactory(
          "/sanaq", image -> new StoredImage.Url("", Optional.empty()), Clock.systemUTC());
  private static final String COMPLETE_REQUEST =
      """
      {"id":"a","prompt":"p","negativePrompt":"n","width":64,"height":64,"steps":2,
       "guidanceScale":4.5,"seed":7,"count":2,"solver":"flow-dpm","format":"png",
       "resolutionBinning":true,"deadline":"2030-12-01T00:00:00Z","priority":"normal",
       "callbackUrl":"https://example.com/","output":{"bucket":"home","prefix":"p/",
       "uploadUrls":["https://a.io/?b","https://a.io/c"]},
       "metadata":{"k":[1,{"l":null}]}}\
      """;

  @Property(tries = 2000)
  void read_anyBytes_neverThrows(@ForAll byte[] value) {
    assertHandled(value);
  }

  @Property(tries = 2000)
  void read_corruptedRequest_neverThrows(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] value = COMPLETE_REQUEST.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i <= random.nextInt(4); i++) {
      value[random.nextInt(value.length)] = (byte) random.nextInt(256);
    }
    assertHandled(value);
  }

  @Property(tries = 3000)
  void read_anyValueInAnyField_neverThrows(
      @ForAll("names") String name, @ForAll("values") String value) {
    assertHandled(
        "{\"prompt\":\"p\",\"%s\":%s}".formatted(name, value).getBytes(StandardCharsets.UTF_8));
  }

  @Property(tries = 2000)
  void read_anyUploadUrl_neverThrows(@ForAll String before, @ForAll("values") String other) {
    String url =
        new String(Json.write("https://a.io/" + printable(before) + "?"), StandardCharsets.UTF_8);
    for (String uploads : List.of(other, "[" + other + "]", "[" + url + "]", url)) {
      String request = "{\"prompt\":\"p\",\"output\":{\"uploadUrls\":%s}}".formatted(uploads);
      assertHandled(request.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Property(tries = 1000)
  void read_anyCloudEventEnvelope_neverThrows(
      @ForAll("headers") String version,
      @ForAll String id,
      @ForAll String source,
      @ForAll("headers") String contentType,
      @ForAll("values") String data) {
    String quoted = new String(Json.write(printable(id)), StandardCharsets.UTF_8);
    String event =
        "{\"specversion\":\"1.0\",\"id\":%s,\"source\":\"s\",\"type\":\"t\",\"data\":%s}"
            .formatted(quoted, data);
    assertHandled(
        event.getBytes(StandardCharsets.UTF_8),
        "ce_specversion",
        version,
        "ce_id",
        id,
        "ce_source",
        source,
        "ce_type",
        "t",
        "content-type",
        contentType);
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.oneOf(Arbitraries.just("id"), Arbitraries.of(MalformedValues.NAMES));
  }

  @Provide
  Arbitrary<String> headers() {
    return Arbitraries.oneOf(
        Arbitraries.of("1.0", "0.3"), Arbitraries.of(MalformedValues.CONTENT_TYPES));
  }

  @Provide
  Arbitrary<String> values() {
    Arbitrary<String> plain = Arbitraries.of(MalformedValues.VALUES);
    return Combinators.combine(plain, plain, Arbitraries.integers().between(0, 40))
        .as(
            (a, b, depth) ->
                depth < 30 ? a : "[".repeat(depth - 29) + a + "," + b + "]".repeat(depth - 29));
  }

  private static String printable(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private static void assertHandled(byte[] value, String... headers) {
    ReadResult admission = READER.read(TestRecords.of(value, headers));
    if (admission instanceof ReadResult.Accepted admitted) {
      Job job = admitted.job();
      assertThat(JobIds.isValid(job.id())).isTrue();
      assertThat(Json.readObject(EVENTS.started(job, "w", "hash").toRecord("events").value()))
          .isNotEmpty();
      assertPublishable(
          new Failed(job.id(), JobError.of(ErrorCode.INTERNAL, "x"), 1, job.metadata(), ""));
    } else if (admission instanceof ReadResult.Invalid refused) {
      assertPublishable(refused.failure());
    } else {
      ReadResult.Unreadable unreadable = (ReadResult.Unreadable) admission;
      assertThat(unreadable.reason()).isNotEmpty();
      assertPublishable(RequestReader.toFailure(unreadable));
    }
  }

  private static void assertPublishable(Failed failure) {
    byte[] event = EVENTS.terminal(failure, "hash").toRecord("events").value();
    assertThat(event.length).isLessThan(100_000);
    assertThat(Json.readObject(event)).containsKeys("id", "error", "attempts", "metadata");
  }
}
