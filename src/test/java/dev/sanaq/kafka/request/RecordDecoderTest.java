package dev.sanaq.kafka.request;

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
  void plainJson_withoutEnvelope_derivesIdFromRecord() {
    DecodedRecord.Request decoded = read(TestRecords.of(PLAIN));
    assertThat(decoded.request().fields()).isEqualTo(Map.of("prompt", "p"));
    assertThat(decoded.derivedId()).matches("requests-2-5-[0-9a-f]{16}");
    assertThat(read(TestRecords.of(PLAIN)).derivedId())
        .as("read again")
        .isEqualTo(decoded.derivedId());
  }

  @Test
  void placeOfAnotherRecord_derivesAnotherId() {
    String id = read(TestRecords.of(PLAIN)).derivedId();
    assertThat(read(TestRecords.of("{\"prompt\":\"q\"}")).derivedId())
        .as("the topic was created again")
        .isNotEqualTo(id);
    assertThat(read(TestRecords.sentAt(1, PLAIN)).derivedId())
        .as("the topic was created again, and the same request was sent")
        .isNotEqualTo(id);
  }

  @Test
  void binaryModeEvent_derivesIdFromEnvelope() {
    DecodedRecord.Request decoded =
        read(
            TestRecords.of(
                PLAIN, "ce_specversion", "1.0", "ce_id", "e", "ce_source", "/s", "ce_type", "t"));
    assertThat(decoded.derivedId()).isEqualTo(JobIds.ofCloudEvent("e", "/s"));
    assertThat(decoded.request().fields()).isEqualTo(Map.of("prompt", "p"));
  }

  @ParameterizedTest
  @ValueSource(strings = {STRUCTURED, "Application/CloudEvents+JSON; charset=UTF-8"})
  void structuredModeEvent_yieldsItsData(String contentType) {
    String event =
        "{'specversion':'1.0','id':'e','source':'/s','type':'t','extra':1,'data':{'prompt':'p'}}";
    DecodedRecord.Request decoded =
        read(TestRecords.of(event.replace('\'', '"'), "content-type", contentType));
    assertThat(decoded.derivedId()).isEqualTo(JobIds.ofCloudEvent("e", "/s"));
    assertThat(decoded.request().fields()).isEqualTo(Map.of("prompt", "p"));
  }

  @Test
  void structuredModeEvent_base64Data_isDecoded() {
    String data = Base64.getEncoder().encodeToString(PLAIN.getBytes(StandardCharsets.UTF_8));
    String event =
        "{'specversion':'1.0','id':'e','source':'/s','type':'t','data_base64':'" + data + "'}";
    assertThat(
            read(TestRecords.of(event.replace('\'', '"'), "content-type", STRUCTURED))
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
  void value_notAJsonObject_isUnreadable(String text) {
    assertThat(unreadable(TestRecords.of(text)).reason()).isNotBlank();
  }

  @Test
  void value_tooDeepOrTooLong_isUnreadable() {
    assertThat(unreadable(TestRecords.of("{\"a\":" + "[".repeat(50_000))).reason())
        .contains("nesting");
    assertThat(unreadable(TestRecords.of("{\"a\":" + "9".repeat(50_000) + "}")).reason())
        .contains("Number");
    assertThat(unreadable(TestRecords.of("{\"a\":\"" + "x".repeat(200_000) + "\"}")).reason())
        .isEqualTo("200008 bytes; a request has at most 100000");
  }

  @Test
  void tombstone_isUnreadable() {
    assertThat(unreadable(TestRecords.tombstone()).reason()).isEqualTo("an empty record");
  }

  @Test
  void truncatedJson_idBeforeTheCut_isReported() {
    assertThat(unreadable(TestRecords.of("{\"id\":\"mine\",\"prompt\":\"to")).id())
        .isEqualTo("mine");
    assertThat(unreadable(TestRecords.of("{\"a\":{\"id\":\"inner\"},\"id\":\"mine\",")).id())
        .isEqualTo("mine");
    assertThat(unreadable(TestRecords.of("{\"prompt\":\"torn")).id()).isEmpty();
    assertThat(unreadable(TestRecords.of("{\"id\":\"not allowed\",")).id()).isEmpty();
  }

  @Test
  void truncatedJson_inEnvelope_reportsEnvelopeId() {
    assertThat(
            unreadable(
                    TestRecords.of(
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
  void invalidEnvelope_isUnreadable() {
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
      assertThat(unreadable(TestRecords.of(PLAIN, headers)).reason()).isNotBlank();
    }
  }

  private static DecodedRecord.Request read(ConsumerRecord<byte[], byte[]> record) {
    DecodedRecord decoded = new RecordDecoder(100_000).decode(record);
    assertThat(decoded).isInstanceOf(DecodedRecord.Request.class);
    return (DecodedRecord.Request) decoded;
  }

  private static DecodedRecord.Unreadable unreadable(ConsumerRecord<byte[], byte[]> record) {
    DecodedRecord decoded = new RecordDecoder(100_000).decode(record);
    assertThat(decoded).isInstanceOf(DecodedRecord.Unreadable.class);
    return (DecodedRecord.Unreadable) decoded;
  }
}
