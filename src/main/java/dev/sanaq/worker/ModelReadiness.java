package dev.sanaq.worker;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** UP once the model is loaded and warmed and the worker takes jobs; DOWN again while it drains. */
@Readiness
@ApplicationScoped
public class ModelReadiness implements HealthCheck {
  private final WorkerService worker;

  ModelReadiness(WorkerService worker) {
    this.worker = worker;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("model").status(worker.ready()).build();
  }
}
