package dev.sanaq.storage.health;

import dev.sanaq.job.OutputLocation;
import dev.sanaq.storage.ObjectKeys;
import dev.sanaq.storage.ObjectStore;
import dev.sanaq.storage.StorageException;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.services.s3.S3Client;

/** Asks whether the service's own place on the storage can be written at all. */
public final class StorageProbe {
  private final ObjectStore objects;
  private final String bucket;
  private final String key;

  /**
   * @param s3 the client; stays its maker's to close
   * @param home where markers lie
   * @param worker whose probe it is
   */
  public StorageProbe(S3Client s3, OutputLocation home, String worker) {
    this.objects = new ObjectStore(s3);
    this.bucket = home.bucket();
    this.key = ObjectKeys.probe(home.prefix(), worker);
  }

  /**
   * Writes a few bytes; blocks.
   *
   * @throws StorageException where the storage does not take them, and why
   */
  public void write() {
    objects.put(bucket, key, "probe".getBytes(StandardCharsets.UTF_8), "text/plain");
  }
}
