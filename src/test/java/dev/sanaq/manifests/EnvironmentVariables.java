package dev.sanaq.manifests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** The environment variables that the program reads. */
final class EnvironmentVariables {
  /**
   * Variables of Quarkus, DJL, the JVM and NVIDIA's runtime, which configuration.md does not list.
   */
  private static final Set<String> EXTERNAL_VARIABLES =
      Set.of(
          "QUARKUS_HTTP_HOST",
          "QUARKUS_HTTP_PORT",
          "QUARKUS_LOG_CONSOLE_JSON_ENABLED",
          "QUARKUS_OTEL_SDK_DISABLED",
          "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT",
          "JAVA_TOOL_OPTIONS",
          "DJL_CACHE_DIR",
          "OMP_WAIT_POLICY",
          "NVIDIA_VISIBLE_DEVICES",
          "NVIDIA_DRIVER_CAPABILITIES",
          "PYTORCH_LIBRARY_PATH",
          "PYTORCH_VERSION",
          "PYTORCH_FLAVOR");

  private EnvironmentVariables() {}

  /** Returns the names that the program does not read: a typing error or a removed property. */
  static Set<String> unknown(Set<String> names) {
    Set<String> unknown = new TreeSet<>();
    Set<String> known = documentedVariables();
    for (String name : names) {
      boolean kafka = name.startsWith("KAFKA_") && isKafkaProperty(name);
      boolean key = name.matches("SANAQ_GATEWAY_KEYS_[A-Z0-9_]+_SHA256");
      String property = name.replaceFirst("_MODELS_[A-Z0-9]+_", "_MODELS_NAME_");
      if (!known.contains(property) && !EXTERNAL_VARIABLES.contains(name) && !kafka && !key) {
        unknown.add(name);
      }
    }
    return unknown;
  }

  private static boolean isKafkaProperty(String name) {
    String property = name.substring("KAFKA_".length()).toLowerCase(Locale.ROOT).replace('_', '.');
    return ConsumerConfig.configNames().contains(property)
        && ProducerConfig.configNames().contains(property);
  }

  /** Returns the properties in configuration.md, which another test compares with the program. */
  private static Set<String> documentedVariables() {
    try {
      String page = Files.readString(Path.of("src/docs/configuration.md"));
      Set<String> found = new TreeSet<>();
      String last = "";
      for (String line : page.lines().filter(l -> l.startsWith("| `sanaq.")).toList()) {
        for (MatchResult name :
            Pattern.compile("`((sanaq)?\\.[a-zA-Z.-]+)`")
                .matcher(line.split("\\|", 3)[1])
                .results()
                .collect(Collectors.toList())) {
          String property = name.group(1);
          last =
              property.startsWith(".")
                  ? last.substring(0, last.lastIndexOf('.')) + property
                  : property;
          found.add(last.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"));
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
