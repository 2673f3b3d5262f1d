package dev.sanaq.kafka.event;

import dev.sanaq.kafka.TopicsConfig;
import io.smallrye.reactive.messaging.MutinyEmitter;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.jboss.logging.Logger;

/** Sends started and progress events by the channel {@code progress-out}. */
@ApplicationScoped
public class ProgressChannel implements ProgressSink {
  private static final Logger LOG = Logger.getLogger(ProgressChannel.class);

  private final MutinyEmitter<ProducerRecord<byte[], byte[]>> emitter;
  private final TopicsConfig topics;

  ProgressChannel(
      @Channel("progress-out") MutinyEmitter<ProducerRecord<byte[], byte[]>> emitter,
      TopicsConfig topics) {
    this.emitter = emitter;
    this.topics = topics;
  }

  @Override
  public Future<?> send(CloudEvent event) {
    return emitter
        .send(event.toRecord(topics.events()))
        .onFailure()
        .invoke(e -> LOG.warnf("could not send event %s: %s", event.id(), e.getMessage()))
        .onFailure()
        .recoverWithNull()
        .subscribeAsCompletionStage();
  }
}
