package dev.sanaq.webhook.topic;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The group member that consumes the event topic and the delivery topic. One thread. */
public final class DeliveryConsumer {
  private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(10);

  private final Consumer<byte[], byte[]> consumer;
  private final String eventsTopic;
  private final String deliveryTopic;

  /**
   * @param consumer {@link #leave} or {@link #abandon} closes it
   */
  public DeliveryConsumer(
      Consumer<byte[], byte[]> consumer, String eventsTopic, String deliveryTopic) {
    this.consumer = consumer;
    this.eventsTopic = eventsTopic;
    this.deliveryTopic = deliveryTopic;
  }

  /** Joins the group with the next poll. */
  public void subscribe(ConsumerRebalanceListener listener) {
    consumer.subscribe(List.of(eventsTopic, deliveryTopic), listener);
  }

  /** The next records of both topics, or none after the timeout. */
  public Iterable<ConsumerRecord<byte[], byte[]>> poll(Duration timeout) {
    return consumer.poll(timeout);
  }

  /** Stops to consume events; they wait in their topic. Delivery records are still consumed. */
  public void pauseEvents() {
    consumer.pause(assignedEventPartitions());
  }

  /** Consumes events again. */
  public void resumeEvents() {
    consumer.resume(assignedEventPartitions());
  }

  /** Whether the partition of the delivery topic is assigned to this member. */
  public boolean isAssigned(int deliveryPartition) {
    return consumer.assignment().contains(new TopicPartition(deliveryTopic, deliveryPartition));
  }

  /** Leaves the group, which revokes the partitions, and closes the consumer. */
  public void leave() {
    consumer.close(CloseOptions.timeout(LEAVE_TIMEOUT));
  }

  /** Closes the consumer as a killed process does: the broker notices after the session timeout. */
  public void abandon() {
    consumer.close(
        CloseOptions.groupMembershipOperation(GroupMembershipOperation.REMAIN_IN_GROUP)
            .withTimeout(Duration.ZERO));
  }

  private List<TopicPartition> assignedEventPartitions() {
    return consumer.assignment().stream()
        .filter(partition -> partition.topic().equals(eventsTopic))
        .toList();
  }
}
