package dev.sanaq.gateway;

import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.request.RequestProducer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The gateway's beans whose classes belong to other features. */
final class GatewayProducers {
  private GatewayProducers() {}

  @Produces
  @Singleton
  static Clock clock() {
    return Clock.systemUTC();
  }

  /** Created at the first call, so that a program without a gateway has no producer. */
  @Produces
  @ApplicationScoped
  static RequestProducer requestProducer(KafkaClientFactory kafka, TopicsConfig topics) {
    return new RequestProducer(kafka, topics);
  }

  static void close(@Disposes RequestProducer producer) {
    producer.close();
  }
}
