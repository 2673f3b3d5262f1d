package dev.sanaq.local;

import dev.sanaq.files.FileErrors;
import dev.sanaq.files.TemporaryFolder;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.storage.StorageConfig;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Kafka and S3 inside this JVM, with the configured topics and bucket, for development, the demo
 * and the tests. Starting takes about two seconds. Close it in the end.
 */
public final class LocalServices implements AutoCloseable {
  /** The keys of {@link #config} if every service is started, in its order. */
  public static final List<String> CONFIG_KEYS =
      Stream.of(LocalServiceKind.values()).flatMap(kind -> kind.configKeys().stream()).toList();

  // Above system properties and the environment, which may lead to other services.
  private static final int HIGHEST_ORDINAL = 1000;

  private final Path folder;
  private final @Nullable TemporaryFolder temporary;
  private final List<FolderLock> locks = new ArrayList<>();
  private final List<LocalService> services = new ArrayList<>();

  private LocalServices(Path folder, @Nullable TemporaryFolder temporary) {
    this.folder = folder;
    this.temporary = temporary;
  }

  /** The keys of {@link #config} for these services, in its order. */
  public static List<String> configKeys(LocalServicesConfig plan) {
    return Stream.of(LocalServiceKind.values())
        .filter(plan.kinds()::contains)
        .flatMap(kind -> kind.configKeys().stream())
        .toList();
  }

  /** Starts all services; see {@link #start(Path, LocalServicesConfig)}. */
  public static LocalServices start(Path folder) {
    return start(folder, LocalServicesConfig.all());
  }

  /**
   * Starts services with persistent data in a folder; recovers after a crash.
   *
   * @throws UncheckedIOException if the folder or a port cannot be used, for example because
   *     another process uses the folder
   */
  public static LocalServices start(Path folder, LocalServicesConfig plan) {
    return new LocalServices(folder, null).startServices(plan);
  }

  /** Starts all services without data; closing deletes what was written. */
  public static LocalServices startTemporary() {
    return startTemporary(LocalServicesConfig.all());
  }

  /**
   * Starts services without data; closing deletes what was written.
   *
   * @throws UncheckedIOException if a port cannot be used
   */
  public static LocalServices startTemporary(LocalServicesConfig plan) {
    try {
      TemporaryFolder folder = TemporaryFolder.create(TemporaryFolder.Purpose.LOCAL);
      return new LocalServices(folder.path(), folder).startServices(plan);
    } catch (IOException e) {
      throw new UncheckedIOException("could not create a temporary folder", e);
    }
  }

  /** The configuration of the started services, by key. */
  public Map<String, String> config() {
    Map<String, String> config = new LinkedHashMap<>();
    services.forEach(service -> config.putAll(service.config()));
    return config;
  }

  /** Creates the topics and the bucket that a configuration names, unless they exist. */
  public void provision(TopicsConfig topics, StorageConfig storage) {
    services.forEach(service -> service.provision(topics, storage));
  }

  /** The data folder. */
  public Path folder() {
    return folder;
  }

  @Override
  public void close() {
    for (int i = services.size() - 1; i >= 0; i--) {
      services.get(i).close();
    }
    locks.forEach(FolderLock::close);
    if (temporary != null) {
      delete(temporary);
    }
  }

  private LocalServices startServices(LocalServicesConfig plan) {
    try {
      plan.kinds().forEach(kind -> locks.add(FolderLock.acquire(folder, kind)));
      if (plan.kinds().contains(LocalServiceKind.KAFKA)) {
        LocalKafka kafka = LocalKafka.start(folder, plan.kafkaPort());
        services.add(kafka);
        kafka.createTopics(plan.topics());
      }
      if (plan.kinds().contains(LocalServiceKind.S3)) {
        services.add(LocalS3.start(folder, plan.s3Port()));
      }
      provision();
      return this;
    } catch (IOException e) {
      close();
      throw new UncheckedIOException(FileErrors.describe(e), e);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void provision() {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .addDefaultSources()
            .withSources(new PropertiesConfigSource(config(), "local services", HIGHEST_ORDINAL))
            .withMapping(TopicsConfig.class)
            .withMapping(StorageConfig.class)
            .build();
    provision(
        config.getConfigMapping(TopicsConfig.class), config.getConfigMapping(StorageConfig.class));
  }

  private static void delete(TemporaryFolder folder) {
    try {
      folder.close();
    } catch (IOException e) {
      throw new UncheckedIOException("could not delete %s".formatted(folder.path()), e);
    }
  }
}
