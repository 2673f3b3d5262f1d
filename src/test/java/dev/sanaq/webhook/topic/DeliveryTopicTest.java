package dev.sanaq.webhook.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A record that anybody wrote to the topic must not end the webhooks. */
class DeliveryTopicTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{}",
        "[]",
        "7",
        "not json",
        "{\"id\": \"t/x\", \"attempts\": 0, \"order\": 1}",
        "{\"id\": null, \"job\": null, \"url\": null, \"due\": null}",
      })
  void parse_recordThatIsNoDelivery_isEmpty(String value) {
    assertThat(
            DeliveryTopic.parse(
                new ConsumerRecord<>(
                    "deliveries",
                    0,
                    0,
                    "t/x".getBytes(StandardCharsets.UTF_8),
                    value.getBytes(StandardCharsets.UTF_8))))
        .isEmpty();
  }
}
