package dev.sanaq.cli.kafka;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Callbacks that were made and are to be made. */
@Command(
    name = "webhooks",
    mixinStandardHelpOptions = true,
    description = "Deliveries of callbacks: list them, send one again.",
    subcommands = {WebhooksListCommand.class, WebhooksResendCommand.class})
public final class WebhooksCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say list or resend");
  }
}
