package dev.sanaq.kafka.channel;

import io.smallrye.reactive.messaging.kafka.KafkaCDIEvents;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.NotificationOptions;
import jakarta.enterprise.inject.Vetoed;
import jakarta.enterprise.util.TypeLiteral;
import java.lang.annotation.Annotation;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.consumer.Consumer;

/** Tells nobody of new consumers. */
@Vetoed
final class UnobservedEvents extends KafkaCDIEvents {
  @Override
  public Event<Consumer<?, ?>> consumer() {
    return new Unobserved<>();
  }

  private static final class Unobserved<T> implements Event<T> {
    @Override
    public void fire(T event) {
      // nobody observes it
    }

    @Override
    public <U extends T> CompletionStage<U> fireAsync(U event) {
      return CompletableFuture.completedFuture(event);
    }

    @Override
    public <U extends T> CompletionStage<U> fireAsync(U event, NotificationOptions options) {
      return CompletableFuture.completedFuture(event);
    }

    @Override
    public Event<T> select(Annotation... qualifiers) {
      return this;
    }

    @Override
    public <U extends T> Event<U> select(Class<U> subtype, Annotation... qualifiers) {
      return new Unobserved<>();
    }

    @Override
    public <U extends T> Event<U> select(TypeLiteral<U> subtype, Annotation... qualifiers) {
      return new Unobserved<>();
    }
  }
}
