package dev.sanaq.kafka.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.kafka.StartPosition;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the poll returned, what was handled, and what is still between the two. */
class ReadPositionsTest {
  private static final TopicPartition FIRST = new TopicPartition("events", 0);
  private static final TopicPartition SECOND = new TopicPartition("events", 1);

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private final ReadPositions positions =
      new ReadPositions(Set.of("events"), StartPosition.beginning());

  @BeforeEach
  void assign() {
    consumer.assign(List.of(FIRST, SECOND));
    consumer.updateBeginningOffsets(Map.of(FIRST, 0L, SECOND, 0L));
    consumer.updateEndOffsets(Map.of(FIRST, 3L, SECOND, 0L));
  }

  @Test
  void beforeTheAssignment_theTopicIsMissing() {
    assertThat(positions.isCaughtUp()).isFalse();
    assertThat(positions.missingTopics()).containsExactly("events");
  }

  @Test
  void caughtUp_onceTheLastRecordIsHandled_andTheMarkerBehindItIsPassed() {
    positions.seek(consumer, List.of(FIRST, SECOND));
    ConsumerRecord<byte[], byte[]> one = record(0);
    ConsumerRecord<byte[], byte[]> two = record(1);
    positions.onPolled(polled(2, one, two));
    positions.onHandled(one);
    positions.onHandled(two);
    assertThat(positions.isCaughtUp()).as("the marker at offset 2 is not passed").isFalse();
    positions.onPolled(polled(3));
    assertThat(positions.isCaughtUp()).isTrue();
  }

  @Test
  void recordInTheQueue_keepsItFromHavingCaughtUp() {
    positions.seek(consumer, List.of(FIRST, SECOND));
    ConsumerRecord<byte[], byte[]> one = record(0);
    ConsumerRecord<byte[], byte[]> two = record(1);
    positions.onPolled(polled(3, one, two));
    positions.onHandled(one);
    assertThat(positions.isCaughtUp()).isFalse();
    positions.onHandled(two);
    assertThat(positions.isCaughtUp()).isTrue();
  }

  @Test
  void emptyTopic_hasCaughtUpAtTheAssignment() {
    consumer.updateEndOffsets(Map.of(FIRST, 0L, SECOND, 0L));
    positions.seek(consumer, List.of(FIRST, SECOND));
    assertThat(positions.isCaughtUp()).isTrue();
  }

  /** It was in the queue of a reader that was stopped. */
  @Test
  void recordOfPartitionThatWasNotSought_isNotNew() {
    ConsumerRecord<byte[], byte[]> leftover = record(2);
    assertThat(positions.isNew(leftover)).isFalse();
    assertThat(positions.seek(consumer, List.of(FIRST, SECOND)))
        .containsExactlyInAnyOrder(FIRST, SECOND);
    assertThat(positions.isNew(record(0))).isTrue();
    assertThat(positions.isNew(leftover)).isTrue();
  }

  @Test
  void partitionThatComesBack_goesOnWhereItWas() {
    positions.seek(consumer, List.of(FIRST));
    ConsumerRecord<byte[], byte[]> one = record(0);
    ConsumerRecord<byte[], byte[]> two = record(1);
    positions.onPolled(polled(2, one, two));
    positions.onHandled(one);

    assertThat(positions.seek(consumer, List.of(FIRST, SECOND))).containsExactly(SECOND);
    assertThat(consumer.position(FIRST)).isEqualTo(1);
    assertThat(positions.isNew(one)).isFalse();
    assertThat(positions.isNew(two)).isTrue();
  }

  @Test
  void batchThatIsPolledTwice_isHandledOnce() {
    positions.seek(consumer, List.of(FIRST));
    ConsumerRecord<byte[], byte[]> one = record(0);
    ConsumerRecord<byte[], byte[]> two = record(1);
    positions.onPolled(polled(2, one, two));
    positions.seek(consumer, List.of(FIRST));
    positions.onHandled(one);
    assertThat(positions.isNew(one)).as("polled again").isFalse();
    assertThat(positions.isNew(two)).isTrue();
  }

  @Test
  void topicThatWasCreatedAgain_isReadFromItsFirstRecord() {
    positions.seek(consumer, List.of(FIRST));
    ConsumerRecord<byte[], byte[]> one = record(0);
    ConsumerRecord<byte[], byte[]> two = record(1);
    positions.onPolled(polled(2, one, two));
    positions.onHandled(one);
    positions.onHandled(two);
    assertThat(positions.isNew(record(0))).isTrue();
  }

  private static ConsumerRecord<byte[], byte[]> record(long offset) {
    return new ConsumerRecord<>("events", 0, offset, new byte[0], new byte[0]);
  }

  @SafeVarargs
  private static ConsumerRecords<byte[], byte[]> polled(
      long next, ConsumerRecord<byte[], byte[]>... records) {
    return new ConsumerRecords<>(
        records.length == 0 ? Map.of() : Map.of(FIRST, List.of(records)),
        Map.of(FIRST, new OffsetAndMetadata(next)));
  }
}
