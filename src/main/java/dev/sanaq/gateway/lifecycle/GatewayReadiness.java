package dev.sanaq.gateway.lifecycle;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * UP once the gateway has read what the topics held at its start and could read S3, and if the
 * gateway is disabled. It stays UP while Kafka or S3 is unavailable later, because the gateway
 * still answers from memory.
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
    Optional<String> reason = gateway.isEnabled() ? gateway.notReadyReason() : Optional.empty();
    reason.ifPresent(text -> response.withData("reason", text));
    return response.status(reason.isEmpty()).build();
  }
}
