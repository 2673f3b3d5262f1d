package dev.sanaq.kafka.request;

import java.util.Map;
import org.apache.kafka.common.KafkaException;

/** Sends requests and cancellations to Kafka. Any number of threads. */
public interface RequestSender {
  /**
   * Sends a request; returns once the broker has acknowledged it.
   *
   * @param topic of the requests of its model
   * @param id the job's id, the record's key
   * @param request the request's fields
   * @throws KafkaException if the broker does not acknowledge it
   */
  void send(String topic, String id, Map<String, Object> request);

  /**
   * Sends a cancellation; returns once the broker has acknowledged it. The job's terminal event
   * says whether it was in time.
   *
   * @param id the job's id, the record's key
   * @param reason free text; may be empty
   * @throws KafkaException if the broker does not acknowledge it
   */
  void cancel(String id, String reason);
}
