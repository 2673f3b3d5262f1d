package dev.sanaq.webhook.lifecycle;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** DOWN while a process that sends webhooks is not, or no longer, in its group. */
@Readiness
@ApplicationScoped
public class WebhookReadiness implements HealthCheck {
  private final WebhookService webhooks;

  WebhookReadiness(WebhookService webhooks) {
    this.webhooks = webhooks;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("webhooks").status(webhooks.isReady()).build();
  }
}
