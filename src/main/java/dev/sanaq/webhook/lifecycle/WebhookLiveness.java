package dev.sanaq.webhook.lifecycle;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** DOWN if the delivery loop has died. */
@Liveness
@ApplicationScoped
public class WebhookLiveness implements HealthCheck {
  private final WebhookService webhooks;

  WebhookLiveness(WebhookService webhooks) {
    this.webhooks = webhooks;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("webhooks").status(webhooks.isHealthy()).build();
  }
}
