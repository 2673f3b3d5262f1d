package dev.sanaq.local;

import dev.sanaq.event.TopicsConfig;
import dev.sanaq.storage.S3;
import dev.sanaq.storage.StorageConfig;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;

/**
 * Kafka and S3 inside this JVM, with the topics and the bucket that the configuration names: for
 * development, the demo and the tests. Starting takes some two seconds. Close it in the end.
 */
public final class LocalServices implements AutoCloseable {
  /** The keys of {@link #config}, in its order. */
  public static final List<String> CONFIG_KEYS =
      List.of(
          "kafka.bootstrap.servers",
          "sanaq.storage.endpoint",
          "sanaq.storage.path-style",
          "sanaq.storage.access-key",
          "sanaq.storage.secret-key");

  private static final int PARTITIONS = 4;

  private final Path folder;
  private final boolean temporary;
  private final LocalKafka kafka;
  private final LocalS3 s3;

  private LocalServices(Path folder, boolean temporary, LocalKafka kafka, LocalS3 s3) {
    this.folder = folder;
    this.temporary = temporary;
    this.kafka = kafka;
    this.s3 = s3;
  }

  /**
   * Starts with the data of a folder, which is kept: what was there is there again.
   *
   * @throws UncheckedIOException where the folder cannot be used
   */
  public static LocalServices start(Path folder) {
    return start(folder, false);
  }

  /** Starts empty; closing deletes the data. */
  public static LocalServices startTemporary() {
    try {
      return start(Files.createTempDirectory("sanaq-local-"), true);
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary folder", e);
    }
  }

  /** The configuration that leads to these services, by its keys. */
  public Map<String, String> config() {
    List<String> values =
        List.of(
            kafka.bootstrapServers(), s3.endpoint().toString(), "true", LocalS3.KEY, LocalS3.KEY);
    Map<String, String> config = new LinkedHashMap<>();
    for (int i = 0; i < values.size(); i++) {
      config.put(CONFIG_KEYS.get(i), values.get(i));
    }
    return config;
  }

  /** Where the data lies. */
  public Path folder() {
    return folder;
  }

  @Override
  public void close() {
    s3.close();
    kafka.close();
    if (temporary) {
      delete(folder);
    }
  }

  private static LocalServices start(Path folder, boolean temporary) {
    try {
      LocalKafka kafka = LocalKafka.start(folder);
      LocalServices services = new LocalServices(folder, temporary, kafka, LocalS3.start(folder));
      services.furnish();
      return services;
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private void furnish() {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .addDefaultSources()
            .withMapping(TopicsConfig.class)
            .withMapping(StorageConfig.class)
            .withDefaultValues(config())
            .build();
    TopicsConfig topics = config.getConfigMapping(TopicsConfig.class);
    kafka.createTopics(
        List.of(topics.requests(), topics.cancellations(), topics.events(), topics.deadLetters()),
        PARTITIONS);
    kafka.createCompactedTopics(List.of(topics.webhookDeliveries()), PARTITIONS);
    StorageConfig storage = config.getConfigMapping(StorageConfig.class);
    try (S3Client client = S3.client(storage)) {
      client.createBucket(create -> create.bucket(storage.bucket()));
    } catch (BucketAlreadyOwnedByYouException e) {
      return;
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("%s is not deleted".formatted(folder), e);
    }
  }
}
