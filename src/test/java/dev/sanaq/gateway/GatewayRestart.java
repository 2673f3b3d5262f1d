package dev.sanaq.gateway;

import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import io.quarkus.arc.Arc;
import io.quarkus.arc.InjectableContext;
import jakarta.enterprise.context.ApplicationScoped;

/** Stops a gateway as the end of its process does: the next start has no state but the topics'. */
public final class GatewayRestart {
  private GatewayRestart() {}

  /** Stops the gateway and destroys its beans. */
  public static void stop(GatewayLifecycle gateway) {
    gateway.stop();
    InjectableContext context = Arc.container().getActiveContext(ApplicationScoped.class);
    context.getState().getContextualInstances().keySet().stream()
        .filter(bean -> bean.getBeanClass().getName().startsWith("dev.sanaq.gateway."))
        .forEach(context::destroy);
  }

  /** Stops the gateway and starts it without state. */
  public static void restart(GatewayLifecycle gateway) {
    stop(gateway);
    gateway.start();
  }
}
