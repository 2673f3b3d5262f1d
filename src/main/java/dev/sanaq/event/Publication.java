package dev.sanaq.event;

import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What one consumed record leads to: all of it becomes visible, and the record counts as consumed,
 * or none of it.
 *
 * @param source the record's partition
 * @param offset the record's offset
 * @param records what to write
 */
public record Publication(
    TopicPartition source, long offset, List<ProducerRecord<byte[], byte[]>> records) {}
