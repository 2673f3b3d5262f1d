package dev.sanaq.worker;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** UP while the model is loaded and the worker takes jobs; otherwise DOWN with the reason. */
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
    Optional<String> reason = worker.isEnabled() ? worker.notReadyReason() : Optional.empty();
    reason.ifPresent(text -> response.withData("reason", text));
    return response.status(reason.isEmpty()).build();
  }
}
