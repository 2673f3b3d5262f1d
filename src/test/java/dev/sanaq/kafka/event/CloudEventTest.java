package dev.sanaq.kafka.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.StoredImage;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class CloudEventTest {
  private final JobEventFactory events =
      new JobEventFactory(
          "/sanaq", image -> new StoredImage.Url("", Optional.empty()), Clock.systemUTC());

  @Test
  void kafkaRecord_roundTrip_keepsCallbackUrl() {
    for (String callback : new String[] {"", "https://example.com/hook"}) {
      CloudEvent event = events.terminal(failure(callback), "0123456789abcdef");
      assertThat(event.callbackUrl()).isEqualTo(callback);
      CloudEvent read = CloudEvent.of(toConsumerRecord(event.toRecord("t")));
      assertThat(read.callbackUrl()).isEqualTo(callback);
      assertThat(read.id()).isEqualTo("a/failed-0123456789abcdef");
      assertThat(read.time()).isEqualTo(event.time());
    }
  }

  @Test
  void cancelledEvent_carriesCallbackUrl() {
    JobOutcome cancelled = new JobOutcome.Cancelled("a", "", 0, Map.of(), "https://example.com/");
    assertThat(events.terminal(cancelled, "0123456789abcdef").callbackUrl())
        .isEqualTo("https://example.com/");
  }

  private static JobOutcome failure(String callback) {
    JobError error = JobError.of(ErrorCode.INTERNAL, "broken");
    return new JobOutcome.Failed("a", error, 1, Map.of(), callback);
  }

  private static ConsumerRecord<byte[], byte[]> toConsumerRecord(
      ProducerRecord<byte[], byte[]> sent) {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(sent.topic(), 0, 0, sent.key(), sent.value());
    sent.headers().forEach(record.headers()::add);
    return record;
  }
}
