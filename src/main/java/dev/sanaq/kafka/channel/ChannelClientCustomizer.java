package dev.sanaq.kafka.channel;

import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.ClientCustomizer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.eclipse.microprofile.config.Config;

/** Lets a channel's {@link ChannelListener} follow the channel's consumer. */
@ApplicationScoped
public class ChannelClientCustomizer implements ClientCustomizer<Map<String, Object>> {
  private final Instance<ChannelListener> listeners;

  public ChannelClientCustomizer(@Any Instance<ChannelListener> listeners) {
    this.listeners = listeners;
  }

  @Override
  public Map<String, Object> customize(
      String channel, Config channelConfig, Map<String, Object> config) {
    Instance<ChannelListener> listener = listeners.select(Identifier.Literal.of(channel));
    if (listener.isResolvable()) {
      List<Object> interceptors = new ArrayList<>();
      if (config.get(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG) instanceof String names) {
        interceptors.addAll(List.of(names.split("\\s*,\\s*")));
      }
      interceptors.add(PollInterceptor.class);
      config.put(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG, interceptors);
      // No call to others: they are created when their channel is used.
      ChannelListener found = listener.get();
      config.put(
          PollInterceptor.LISTENER_KEY,
          found instanceof ChannelListener.PerConsumer several
              ? several.forConsumer(config)
              : found);
    }
    return config;
  }
}
