package dev.sanaq.gateway.pool;

import dev.sanaq.testing.SharedLocalServices;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * Kafka and S3 for a gateway before two models: {@code sprint}, the default, and {@code sana-1.5}.
 */
public final class TwoModelsResource implements QuarkusTestResourceLifecycleManager {
  /** The model with the topic and the group of the namespace. */
  public static final String DRAFTS = "sprint";

  /** The model with its own. */
  public static final String FINALS = "sana-1.5";

  private static final int PARTITIONS = 2;

  @Override
  public Map<String, String> start() {
    Map<String, String> config = new HashMap<>(SharedLocalServices.createNamespace("models"));
    String topic = config.get("sanaq.topics.requests") + ".finals";
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", config.get("kafka.bootstrap.servers")))) {
      admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all().get();
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException("no topic " + topic, e);
    }
    config.put("sanaq.gateway.models.drafts.name", DRAFTS);
    config.put("sanaq.gateway.models.finals.name", FINALS);
    config.put("sanaq.gateway.models.finals.requests", topic);
    config.put("sanaq.gateway.models.finals.group", config.get("sanaq.worker.group") + "-finals");
    // The second of two jobs that wait is refused.
    config.put("sanaq.gateway.models.finals.max-backlog", "PT0.001S");
    config.put("sanaq.gateway.models.finals.estimate.steps", "7");
    config.put("sanaq.gateway.models.finals.estimate.seconds-per-megapixel-step", "1");
    config.put("sanaq.gateway.default-model", DRAFTS);
    config.put("sanaq.gateway.model-aliases", "gpt-image-1=*,best=" + FINALS);
    config.put("sanaq.gateway.max-wait", "PT20S");
    return config;
  }

  @Override
  public void stop() {
    // The services are shared: they stop with the JVM.
  }
}
