package dev.sanaq.testing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;

/**
 * Kafka and S3 inside the JVM for Quarkus tests; each application has its own topics and bucket.
 */
public final class LocalServicesResource implements QuarkusTestResourceLifecycleManager {
  @Override
  public Map<String, String> start() {
    return new HashMap<>(SharedLocalServices.createNamespace("quarkus"));
  }

  @Override
  public void stop() {
    // The services are shared: they stop with the JVM.
  }
}
