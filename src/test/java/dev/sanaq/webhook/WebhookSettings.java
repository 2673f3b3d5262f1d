package dev.sanaq.webhook;

import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.event.EventsConfig;
import dev.sanaq.webhook.lifecycle.WebhookRuntime;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;

/** Reads the configuration as the program does, from pairs of keys and values. */
public final class WebhookSettings {
  public static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  private WebhookSettings() {}

  /** The webhooks' own configuration, by keys without the prefix. */
  public static WebhookConfig webhook(String... pairs) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      values.put("sanaq.webhook." + pairs[i], pairs[i + 1]);
    }
    return config(values).getConfigMapping(WebhookConfig.class);
  }

  /** All settings of an instance. */
  static WebhookRuntime.Settings settings(
      Map<String, Object> kafka, Map<String, String> topics, WebhookConfig webhook) {
    SmallRyeConfig config = config(topics);
    return new WebhookRuntime.Settings(
        webhook,
        config.getConfigMapping(TopicsConfig.class),
        config.getConfigMapping(EventsConfig.class),
        kafka);
  }

  private static SmallRyeConfig config(Map<String, String> values) {
    return new SmallRyeConfigBuilder()
        .withMapping(WebhookConfig.class)
        .withMapping(TopicsConfig.class)
        .withMapping(EventsConfig.class)
        .withDefaultValues(values)
        .build();
  }
}
