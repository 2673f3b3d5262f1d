package dev.sanaq.local;

import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.testing.process.TestProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A Kafka with a listener that wants TLS and a password. */
public final class SecureKafkaBroker implements AutoCloseable {
  private static final String PASSWORD = "secret-of-test";
  private static final String LOGIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required ";

  private final LocalKafka kafka;
  private final int port = FreePort.find();
  private final Path keyStore;

  /** Starts the broker, with a certificate of its own, and creates the topics. */
  public SecureKafkaBroker(Path folder) {
    keyStore = createKeyStore(folder);
    int plainPort = FreePort.find();
    int controllerPort = FreePort.find();
    Map<String, String> properties = new HashMap<>();
    properties.put("controller.quorum.voters", "1@localhost:" + controllerPort);
    properties.put(
        "listeners",
        "PLAINTEXT://localhost:%s,CONTROLLER://localhost:%s,SECURE://localhost:%s"
            .formatted(plainPort, controllerPort, port));
    properties.put(
        "advertised.listeners",
        "PLAINTEXT://localhost:%s,SECURE://localhost:%s".formatted(plainPort, port));
    properties.put(
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL");
    properties.put("listener.name.secure.ssl.keystore.type", "PKCS12");
    properties.put("listener.name.secure.ssl.keystore.location", keyStore.toString());
    properties.put("listener.name.secure.ssl.keystore.password", PASSWORD);
    properties.put("listener.name.secure.sasl.enabled.mechanisms", "PLAIN");
    properties.put(
        "listener.name.secure.plain.sasl.jaas.config",
        LOGIN + "user_sanaq=\"%s\";".formatted(PASSWORD));
    try {
      kafka = LocalKafka.start(folder, plainPort, properties);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    kafka.provision(
        TestSettings.mapping(TopicsConfig.class, Map.of()),
        TestSettings.mapping(StorageConfig.class, Map.of()));
  }

  /** Returns the configuration of a client of the listener, by the program's keys. */
  public Map<String, String> config() {
    Map<String, String> config = new HashMap<>();
    config.put("kafka.bootstrap.servers", "localhost:" + port);
    config.put("kafka.security.protocol", "SASL_SSL");
    config.put("kafka.sasl.mechanism", "PLAIN");
    config.put(
        "kafka.sasl.jaas.config",
        LOGIN + "username=\"sanaq\" password=\"%s\";".formatted(PASSWORD));
    config.put("kafka.ssl.truststore.type", "PKCS12");
    config.put("kafka.ssl.truststore.location", keyStore.toString());
    config.put("kafka.ssl.truststore.password", PASSWORD);
    return config;
  }

  @Override
  public void close() {
    kafka.close();
  }

  private static Path createKeyStore(Path folder) {
    Path file = folder.resolve("broker.p12").toAbsolutePath();
    try {
      Process keytool =
          new ProcessBuilder(
                  TestProcesses.jdkTool("keytool"),
                  "-genkeypair",
                  "-alias",
                  "broker",
                  "-dname",
                  "CN=localhost",
                  "-ext",
                  "san=dns:localhost",
                  "-keyalg",
                  "EC",
                  "-storetype",
                  "PKCS12",
                  "-keystore",
                  file.toString(),
                  "-storepass",
                  PASSWORD)
              .inheritIO()
              .start();
      if (keytool.waitFor() != 0) {
        throw new AssertionError("keytool made no key store");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return file;
  }
}
