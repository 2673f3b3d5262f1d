package dev.sanaq.testing;

import dev.sanaq.testing.contract.TopicContract;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives a test class a namespace on the {@link SharedLocalServices}. Register it as a static field
 * with {@code @RegisterExtension}; it is ready in {@code @BeforeAll} methods. In the end it holds
 * all records of the namespace to the {@linkplain TopicContract contract of the topics}.
 */
public final class TestServices implements BeforeAllCallback, AfterAllCallback {
  private volatile Map<String, String> config = Map.of();

  @Override
  public void beforeAll(ExtensionContext context) {
    config = SharedLocalServices.createNamespace(context.getRequiredTestClass().getSimpleName());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    TopicContract.check(config);
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
