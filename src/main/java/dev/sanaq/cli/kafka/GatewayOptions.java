package dev.sanaq.cli.kafka;

import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that send a command to a gateway instead of Kafka. */
final class GatewayOptions {
  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "URL of a gateway to use instead of Kafka.")
  private @Nullable URI url;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      defaultValue = "${env:SANAQ_API_KEY}",
      description = "API key of the gateway (default: the environment variable SANAQ_API_KEY).")
  private @Nullable String apiKey;

  /** A client of the gateway; empty if the command uses Kafka. */
  Optional<GatewayClient> client() {
    return Optional.ofNullable(url)
        .map(baseUrl -> new GatewayClient(baseUrl, apiKey == null ? "" : apiKey));
  }
}
