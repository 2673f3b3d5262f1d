package dev.sanaq.gateway;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** UP once the gateway knows all jobs that the topics tell of, and where no gateway runs. */
@Readiness
@ApplicationScoped
public class GatewayReadiness implements HealthCheck {
  private final GatewayService gateway;

  GatewayReadiness(GatewayService gateway) {
    this.gateway = gateway;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("gateway").status(gateway.ready()).build();
  }
}
