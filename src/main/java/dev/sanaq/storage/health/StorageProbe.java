package dev.sanaq.storage.health;

import dev.sanaq.job.OutputLocation;
import dev.sanaq.storage.ObjectKeys;
import dev.sanaq.storage.ObjectStore;
import dev.sanaq.storage.StorageException;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.services.s3.S3Client;

/** Checks whether the service's own output location accepts writes. Any number of threads. */
public final class StorageProbe {
  private final ObjectStore objects;
  private final String bucket;
  private final String key;

  /**
   * @param s3 the caller closes it
   * @param location the default output location
   * @param worker the worker's name; part of the object key
   */
  public StorageProbe(S3Client s3, OutputLocation location, String worker) {
    this.objects = new ObjectStore(s3);
    this.bucket = location.bucket();
    this.key = ObjectKeys.probe(location.prefix(), worker);
  }

  /**
   * Writes a small object; blocks for one attempt.
   *
   * @throws StorageException if the write fails
   */
  public void write() {
    objects.put(bucket, key, "probe".getBytes(StandardCharsets.UTF_8), "text/plain");
  }
}
