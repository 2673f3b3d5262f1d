package dev.sanaq.testing;

import dev.sanaq.local.LocalServices;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Kafka and S3 inside the JVM for Quarkus tests. */
public final class LocalServicesResource implements QuarkusTestResourceLifecycleManager {
  private @Nullable LocalServices services;

  @Override
  public Map<String, String> start() {
    LocalServices started = LocalServices.startTemporary();
    services = started;
    return new HashMap<>(started.config());
  }

  @Override
  public void stop() {
    if (services != null) {
      services.close();
    }
  }
}
