package dev.sanaq.gateway.lifecycle;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * UP once the gateway knows all jobs that the topics tell of, and where none is to run. It stays UP
 * while Kafka or the storage is away, since what it knows it still answers.
 */
@Readiness
@ApplicationScoped
public class GatewayReadiness implements HealthCheck {
  private final GatewayLifecycle gateway;

  GatewayReadiness(GatewayLifecycle gateway) {
    this.gateway = gateway;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response = HealthCheckResponse.named("gateway");
    Optional<String> trouble = gateway.isEnabled() ? gateway.notReadyReason() : Optional.empty();
    trouble.ifPresent(why -> response.withData("reason", why));
    return response.status(trouble.isEmpty()).build();
  }
}
