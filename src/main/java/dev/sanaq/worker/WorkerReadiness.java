package dev.sanaq.worker;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * UP once the model is loaded and warmed, while the worker takes jobs; else it says what is wrong.
 */
@Readiness
@ApplicationScoped
public class WorkerReadiness implements HealthCheck {
  private final WorkerService worker;

  WorkerReadiness(WorkerService worker) {
    this.worker = worker;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response = HealthCheckResponse.named("worker");
    Optional<String> trouble = worker.isEnabled() ? worker.notReadyReason() : Optional.empty();
    trouble.ifPresent(why -> response.withData("reason", why));
    return response.status(trouble.isEmpty()).build();
  }
}
