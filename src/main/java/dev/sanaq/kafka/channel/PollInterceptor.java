package dev.sanaq.kafka.channel;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Tells a channel's {@link ChannelListener} what each poll returned. Kafka creates it from the
 * configuration that {@link ChannelClientCustomizer} completes.
 */
@RegisterForReflection
public final class PollInterceptor implements ConsumerInterceptor<byte[], byte[]> {
  static final String LISTENER_KEY = "sanaq.channel.listener";

  private volatile @Nullable ChannelListener listener;

  @Override
  public void configure(Map<String, ?> config) {
    listener = (ChannelListener) config.get(LISTENER_KEY);
  }

  @Override
  public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
    ChannelListener told = listener;
    if (told != null) {
      told.onPolled(records);
    }
    return records;
  }

  @Override
  public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
    // Channels with a listener commit nothing.
  }

  @Override
  public void close() {
    ChannelListener told = listener;
    if (told != null) {
      told.onClosed();
    }
  }
}
