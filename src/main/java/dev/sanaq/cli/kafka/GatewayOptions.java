package dev.sanaq.cli.kafka;

import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which gateway to speak to instead of Kafka, and with what key. */
final class GatewayOptions {
  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Speak HTTP to the gateway there, not to Kafka.")
  private @Nullable URI url;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      defaultValue = "${env:SANAQ_API_KEY}",
      description = "The gateway's key (default: SANAQ_API_KEY of the environment).")
  private @Nullable String apiKey;

  /** The gateway, if one is to be spoken to. */
  Optional<GatewayClient> client() {
    return Optional.ofNullable(url)
        .map(root -> new GatewayClient(root, apiKey == null ? "" : apiKey));
  }
}
