package dev.sanaq.cli.serve;

import dev.sanaq.cli.terminal.SignalHandling;
import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import dev.sanaq.webhook.lifecycle.WebhookService;
import dev.sanaq.worker.WorkerService;
import io.quarkus.runtime.Quarkus;
import jakarta.inject.Inject;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * Takes jobs and answers HTTP until it is told to stop; then it ends the current one and leaves.
 */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description =
        "Draws what is asked for on the requests' topic and answers HTTP, until told to stop. Needs "
            + "sanaq.model.path, kafka.bootstrap.servers and sanaq.storage.*; health on /q/health.")
public final class ServeCommand implements Callable<Integer> {
  @Inject GatewayLifecycle gateway;
  @Inject WebhookService webhooks;
  @Inject WorkerService worker;

  @Override
  public Integer call() {
    gateway.start();
    if (worker.isEnabled()) {
      worker.start();
      worker.onIdle(() -> Quarkus.asyncExit(0));
    }
    webhooks.start();
    SignalHandling.awaitShutdown();
    // Here rather than with the program's end, so that the probes answer meanwhile.
    worker.stop();
    webhooks.stop();
    return 0;
  }
}
