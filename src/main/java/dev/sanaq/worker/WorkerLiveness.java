package dev.sanaq.worker;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** DOWN when inference makes no progress, or when a thread of the worker has died. */
@Liveness
@ApplicationScoped
public class WorkerLiveness implements HealthCheck {
  private final WorkerService worker;

  WorkerLiveness(WorkerService worker) {
    this.worker = worker;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("worker").status(worker.isHealthy()).build();
  }
}
