package dev.sanaq.webhook.topic;

import dev.sanaq.kafka.ReplaceableConsumer;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The group member that consumes the event topic and the delivery topic. One thread. */
public final class DeliveryConsumer {
  private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(10);

  private final ReplaceableConsumer consumer;
  private final String eventsTopic;
  private final String deliveryTopic;

  /**
   * @param consumer {@link #leave} or {@link #abandon} closes it
   */
  public DeliveryConsumer(ReplaceableConsumer consumer, String eventsTopic, String deliveryTopic) {
    this.consumer = consumer;
    this.eventsTopic = eventsTopic;
    this.deliveryTopic = deliveryTopic;
  }

  /** Joins the group with the next poll, after {@link #closeRefused} with a new consumer. */
  public void subscribe(ConsumerRebalanceListener listener) {
    consumer.open();
    consumer.get().subscribe(List.of(eventsTopic, deliveryTopic), listener);
  }

  /** Whether {@link #subscribe} must be called before the next poll. */
  public boolean isClosed() {
    return consumer.current().isEmpty();
  }

  /**
   * The next records of both topics, or none after the timeout.
   *
   * @throws ReplaceableConsumer.RefusedException if the broker refuses the member; then call {@link
   *     #closeRefused}
   */
  public Iterable<ConsumerRecord<byte[], byte[]>> poll(Duration timeout) {
    return consumer.poll(timeout);
  }

  /** Stops to consume events; they wait in their topic. Delivery records are still consumed. */
  public void pauseEvents() {
    consumer.get().pause(assignedEventPartitions());
  }

  /** Consumes events again. */
  public void resumeEvents() {
    consumer.get().resume(assignedEventPartitions());
  }

  /** Whether the partition of the delivery topic is assigned to this member. */
  public boolean isAssigned(int deliveryPartition) {
    return consumer
        .get()
        .assignment()
        .contains(new TopicPartition(deliveryTopic, deliveryPartition));
  }

  /** Closes the consumer that the broker refuses. */
  public void closeRefused() {
    consumer.closeRefused();
  }

  /** Leaves the group, which revokes the partitions, and closes the consumer. */
  public void leave() {
    consumer.close(LEAVE_TIMEOUT);
  }

  /** Closes the consumer as a killed process does: the broker notices after the session timeout. */
  public void abandon() {
    consumer.close(
        CloseOptions.groupMembershipOperation(GroupMembershipOperation.REMAIN_IN_GROUP)
            .withTimeout(Duration.ZERO));
  }

  private List<TopicPartition> assignedEventPartitions() {
    return consumer.get().assignment().stream()
        .filter(partition -> partition.topic().equals(eventsTopic))
        .toList();
  }
}
