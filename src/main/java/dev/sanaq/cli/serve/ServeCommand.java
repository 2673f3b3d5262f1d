package dev.sanaq.cli.serve;

import dev.sanaq.cli.terminal.SignalHandling;
import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.torch.host.ImmediateExit;
import dev.sanaq.webhook.lifecycle.WebhookService;
import dev.sanaq.worker.WorkerService;
import io.quarkus.runtime.Quarkus;
import jakarta.inject.Inject;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code serve}: runs the worker, the gateway and the webhooks until SIGTERM; then the worker
 * finishes its current jobs and leaves the consumer group.
 */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description =
        "Runs a worker, the gateway and the webhooks until SIGTERM. Needs sanaq.model.path,"
            + " kafka.bootstrap.servers and sanaq.storage.*; health is at /q/health.")
public final class ServeCommand implements Callable<Integer> {
  @Inject KafkaClientFactory kafka;
  @Inject GatewayLifecycle gateway;
  @Inject WebhookService webhooks;
  @Inject WorkerService worker;

  @Override
  public Integer call() {
    // A model takes minutes to load, and no thread can be stopped in the middle of it.
    SignalHandling.stopOnTerminate(worker::isLoading);
    // What can be checked is checked before anything starts.
    kafka.check();
    if (worker.isEnabled()) {
      worker.check();
    }
    gateway.start();
    if (worker.isEnabled()) {
      worker.start(ImmediateExit::exit);
      worker.onIdle(() -> Quarkus.asyncExit(0));
    }
    webhooks.start();
    SignalHandling.awaitShutdown();
    // Stopped here, not with the container, so that the health probes answer meanwhile.
    worker.stop();
    webhooks.stop();
    return 0;
  }
}
