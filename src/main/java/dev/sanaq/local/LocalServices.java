package dev.sanaq.local;

import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.storage.StorageConfig;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Kafka and S3 inside this JVM, with the topics and the bucket that the configuration names: for
 * development, the demo and the tests. Starting takes some two seconds. Close it in the end.
 */
public final class LocalServices implements AutoCloseable {
  /** The keys of {@link #config} where everything is started, in its order. */
  public static final List<String> CONFIG_KEYS =
      Stream.concat(Stream.of(LocalKafka.BOOTSTRAP_SERVERS_KEY), LocalS3.CONFIG_KEYS.stream())
          .toList();

  private final Path folder;
  private final boolean temporary;
  private final List<LocalService> services = new ArrayList<>();

  private LocalServices(Path folder, boolean temporary) {
    this.folder = folder;
    this.temporary = temporary;
  }

  /** The keys of {@link #config} for that plan, in its order. */
  public static List<String> configKeys(LocalServicesConfig plan) {
    return CONFIG_KEYS.stream().filter(key -> plan.kinds().contains(kindOf(key))).toList();
  }

  /** Starts everything with the data of a folder; see {@link #start(Path, LocalServicesConfig)}. */
  public static LocalServices start(Path folder) {
    return start(folder, LocalServicesConfig.all());
  }

  /**
   * Starts with the data of a folder, which is kept: what was there is there again, also where
   * those who used it were killed.
   *
   * @throws UncheckedIOException where the folder or a port cannot be used
   */
  public static LocalServices start(Path folder, LocalServicesConfig plan) {
    return new LocalServices(folder, false).startServices(plan);
  }

  /** Starts everything, empty; closing deletes the data. */
  public static LocalServices startTemporary() {
    return startTemporary(LocalServicesConfig.all());
  }

  /**
   * Starts empty; closing deletes the data.
   *
   * @throws UncheckedIOException where a port cannot be used
   */
  public static LocalServices startTemporary(LocalServicesConfig plan) {
    try {
      return new LocalServices(Files.createTempDirectory("sanaq-local-"), true).startServices(plan);
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary folder", e);
    }
  }

  /** The configuration that leads to what was started, by its keys. */
  public Map<String, String> config() {
    Map<String, String> config = new LinkedHashMap<>();
    services.forEach(service -> config.putAll(service.config()));
    return config;
  }

  /** Where the data lies. */
  public Path folder() {
    return folder;
  }

  @Override
  public void close() {
    for (int i = services.size() - 1; i >= 0; i--) {
      services.get(i).close();
    }
    if (temporary) {
      delete(folder);
    }
  }

  private LocalServices startServices(LocalServicesConfig plan) {
    try {
      if (plan.kinds().contains(LocalServiceKind.KAFKA)) {
        services.add(LocalKafka.start(folder, plan.kafkaPort()));
      }
      if (plan.kinds().contains(LocalServiceKind.S3)) {
        services.add(LocalS3.start(folder, plan.s3Port()));
      }
      provision();
      return this;
    } catch (IOException e) {
      close();
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private void provision() {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .addDefaultSources()
            .withMapping(TopicsConfig.class)
            .withMapping(StorageConfig.class)
            .withDefaultValues(config())
            .build();
    TopicsConfig topics = config.getConfigMapping(TopicsConfig.class);
    StorageConfig storage = config.getConfigMapping(StorageConfig.class);
    services.forEach(service -> service.provision(topics, storage));
  }

  private static LocalServiceKind kindOf(String key) {
    return LocalS3.CONFIG_KEYS.contains(key) ? LocalServiceKind.S3 : LocalServiceKind.KAFKA;
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
