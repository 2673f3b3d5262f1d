package dev.sanaq.gateway.lifecycle;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/** DOWN when the gateway cannot read, or cannot send, until its process is restarted. */
@Liveness
@ApplicationScoped
public class GatewayLiveness implements HealthCheck {
  private final GatewayLifecycle gateway;

  GatewayLiveness(GatewayLifecycle gateway) {
    this.gateway = gateway;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response = HealthCheckResponse.named("gateway");
    Optional<String> reason = gateway.failureReason();
    reason.ifPresent(text -> response.withData("reason", text));
    return response.status(reason.isEmpty()).build();
  }
}
