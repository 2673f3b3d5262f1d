package dev.sanaq.cli.kafka;

import picocli.CommandLine.Command;

/** {@code webhooks}: the parent of the commands about webhook deliveries. */
@Command(
    name = "webhooks",
    mixinStandardHelpOptions = true,
    description = "Lists webhook deliveries, or sends them again.",
    subcommands = {WebhooksListCommand.class, WebhooksResendCommand.class})
public final class WebhooksCommand {}
