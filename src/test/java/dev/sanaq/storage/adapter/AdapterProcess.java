package dev.sanaq.storage.adapter;

import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.transfer.ObjectUri;
import dev.sanaq.testing.TestSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A process that acquires the adapter of the system properties {@code uri} and {@code sha256}, and
 * with {@code hold} keeps it until it is killed.
 */
public final class AdapterProcess {
  private AdapterProcess() {}

  /** Prints {@code acquired} and what happened. */
  public static void main(String[] args) throws InterruptedException {
    Map<String, String> config = new HashMap<>();
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("sanaq."))
        .forEach(name -> config.put(name, System.getProperty(name)));
    try (S3Client s3 = S3ClientFactory.client(TestSettings.mapping(StorageConfig.class, config));
        AdapterCache cache =
            new AdapterCache(
                s3,
                TestSettings.mapping(AdapterConfig.class, config),
                Duration.ofSeconds(10),
                System.out::println);
        AdapterLease lease =
            cache.acquire(
                ObjectUri.parse(System.getProperty("uri")),
                System.getProperty("sha256"),
                () -> false)) {
      System.out.println("acquired " + lease.file());
      if (Boolean.getBoolean("hold")) {
        new CountDownLatch(1).await();
      }
    }
  }
}
