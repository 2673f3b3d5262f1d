package dev.sanaq.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.job.JobIds;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordDecoderTest {
  private static final String STRUCTURED = "application/cloudevents+json";
  private static final String PLAIN = "{\"prompt\":\"p\"}";

  @Test
  void plainJsonIsNamedByItsPlace() {
    Decoded.Request decoded = read(Records.of(PLAIN));
    assertThat(decoded.request().fields()).isEqualTo(Map.of("prompt", "p"));
    assertThat(decoded.derivedId()).isEqualTo("requests-2-5");
  }

  @Test
  void aBinaryEnvelopeNamesTheJob() {
    Decoded.Request decoded =
        read(
            Records.of(
                PLAIN, "ce_specversion", "1.0", "ce_id", "e", "ce_source", "/s", "ce_type", "t"));
    assertThat(decoded.derivedId()).isEqualTo(JobIds.ofCloudEvent("e", "/s"));
    assertThat(decoded.request().fields()).isEqualTo(Map.of("prompt", "p"));
  }

  @ParameterizedTest
  @ValueSource(strings = {STRUCTURED, "Application/CloudEvents+JSON; charset=UTF-8"})
  void aStructuredEnvelopeGivesItsData(String contentType) {
    String event =
        "{'specversion':'1.0','id':'e','source':'/s','type':'t','extra':1,'data':{'prompt':'p'}}";
    Decoded.Request decoded =
        read(Records.of(event.replace('\'', '"'), "content-type", contentType));
    assertThat(decoded.derivedId()).isEqualTo(JobIds.ofCloudEvent("e", "/s"));
    assertThat(decoded.request().fields()).isEqualTo(Map.of("prompt", "p"));
  }

  @Test
  void aStructuredEnvelopesDataMayBeBase64() {
    String data = Base64.getEncoder().encodeToString(PLAIN.getBytes(StandardCharsets.UTF_8));
    String event =
        "{'specversion':'1.0','id':'e','source':'/s','type':'t','data_base64':'" + data + "'}";
    assertThat(
            read(Records.of(event.replace('\'', '"'), "content-type", STRUCTURED))
                .request()
                .fields())
        .isEqualTo(Map.of("prompt", "p"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "[]",
        "7",
        "\"text\"",
        "{",
        "{\"prompt\":}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"prompt\":\"p\"} trailing",
        "{\"prompt\":1,\"prompt\":2}",
        "{'prompt':'p'}",
        "{\"a\":01}",
        "{\"a\":1e99999999999}",
        "\u0000"
      })
  void whatIsNoJsonObjectIsUnreadable(String text) {
    assertThat(unreadable(Records.of(text)).reason()).isNotBlank();
  }

  @Test
  void bombsOfNestingAndOfDigitsAreUnreadable() {
    assertThat(unreadable(Records.of("{\"a\":" + "[".repeat(50_000))).reason()).contains("nesting");
    assertThat(unreadable(Records.of("{\"a\":" + "9".repeat(50_000) + "}")).reason())
        .contains("Number");
    assertThat(unreadable(Records.of("{\"a\":\"" + "x".repeat(200_000) + "\"}")).reason())
        .isEqualTo("200008 bytes; a request has at most 100000");
  }

  @Test
  void aTombstoneIsUnreadable() {
    assertThat(unreadable(Records.empty()).reason()).isEqualTo("an empty record");
  }

  @Test
  void aTornTextSaysWhoseItIsWhereTheIdCameFirst() {
    assertThat(unreadable(Records.of("{\"id\":\"mine\",\"prompt\":\"to")).id()).isEqualTo("mine");
    assertThat(unreadable(Records.of("{\"a\":{\"id\":\"inner\"},\"id\":\"mine\",")).id())
        .isEqualTo("mine");
    assertThat(unreadable(Records.of("{\"prompt\":\"torn")).id()).isEmpty();
    assertThat(unreadable(Records.of("{\"id\":\"not allowed\",")).id()).isEmpty();
  }

  @Test
  void aTornTextInAnEnvelopeIsItsEnvelopes() {
    assertThat(
            unreadable(
                    Records.of(
                        "{",
                        "ce_specversion",
                        "1.0",
                        "ce_id",
                        "e",
                        "ce_source",
                        "/s",
                        "ce_type",
                        "t"))
                .id())
        .isEqualTo(JobIds.ofCloudEvent("e", "/s"));
  }

  @Test
  void anEnvelopeThatBreaksItsRulesIsUnreadable() {
    List<String[]> broken =
        List.of(
            new String[] {"ce_specversion", "0.3", "ce_id", "e", "ce_source", "s", "ce_type", "t"},
            new String[] {"ce_specversion", "1.0", "ce_source", "s", "ce_type", "t"},
            new String[] {"ce_specversion", "1.0", "ce_id", "e", "ce_type", "t"},
            new String[] {"ce_specversion", "1.0", "ce_id", "e", "ce_source", "s"},
            new String[] {"content-type", "text/plain"},
            new String[] {"content-type", "application/cloudevents-batch+json"},
            new String[] {"content-type", "application/cloudevents+avro"},
            new String[] {"content-type", STRUCTURED});
    for (String[] headers : broken) {
      assertThat(unreadable(Records.of(PLAIN, headers)).reason()).isNotBlank();
    }
  }

  private static Decoded.Request read(ConsumerRecord<byte[], byte[]> record) {
    Decoded decoded = new RecordDecoder(100_000).decode(record);
    assertThat(decoded).isInstanceOf(Decoded.Request.class);
    return (Decoded.Request) decoded;
  }

  private static Decoded.Unreadable unreadable(ConsumerRecord<byte[], byte[]> record) {
    Decoded decoded = new RecordDecoder(100_000).decode(record);
    assertThat(decoded).isInstanceOf(Decoded.Unreadable.class);
    return (Decoded.Unreadable) decoded;
  }
}
