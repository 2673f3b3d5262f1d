package dev.sanaq.testing;

import java.util.Map;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives a test class a namespace on the {@link SharedLocalServices}. Register it as a static field
 * with {@code @RegisterExtension}; it is ready in {@code @BeforeAll} methods.
 */
public final class TestServices implements BeforeAllCallback {
  private volatile Map<String, String> config = Map.of();

  @Override
  public void beforeAll(ExtensionContext context) {
    config = SharedLocalServices.createNamespace(context.getRequiredTestClass().getSimpleName());
  }

  /** The configuration of the services and of the namespace's names. */
  public Map<String, String> config() {
    return config;
  }

  public String bootstrapServers() {
    return config.getOrDefault("kafka.bootstrap.servers", "");
  }

  public String requestsTopic() {
    return config.getOrDefault("sanaq.topics.requests", "");
  }

  public String bucket() {
    return config.getOrDefault("sanaq.storage.bucket", "");
  }
}
