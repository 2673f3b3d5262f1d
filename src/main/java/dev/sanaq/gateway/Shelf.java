package dev.sanaq.gateway;

import dev.sanaq.event.EventConfig;
import dev.sanaq.event.Events;
import dev.sanaq.job.JobIds;
import dev.sanaq.job.StoredImage;
import dev.sanaq.storage.Addresses;
import dev.sanaq.storage.ObjectReader;
import dev.sanaq.storage.Outputs;
import dev.sanaq.storage.ResultStore;
import dev.sanaq.storage.S3;
import dev.sanaq.storage.StorageConfig;
import java.io.InputStream;
import java.time.Clock;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3Client;

/** What lies on the storage: results that have left the view, and pictures. Any thread; blocks. */
final class Shelf implements AutoCloseable {
  private final S3Client s3;
  private final Addresses addresses;
  private final ResultStore results;
  private final ObjectReader objects;
  private final Events events;

  Shelf(StorageConfig config, EventConfig events, Clock clock) {
    this.s3 = S3.client(config);
    this.addresses = new Addresses(config);
    this.results = new ResultStore(s3, Outputs.home(config));
    this.objects = new ObjectReader(s3);
    this.events = new Events(events.source(), addresses::of, clock);
  }

  /** A completed job. */
  Optional<ViewedJob> find(String id) {
    return JobIds.valid(id)
        ? results.find(id).map(done -> ViewedJob.ended(events.ended(done), done.fingerprint()))
        : Optional.empty();
  }

  /** A fresh address of the picture. */
  String address(StoredImage image) {
    return addresses.of(image);
  }

  /** The picture's bytes, both ends included; none where it lies there no more. */
  Optional<InputStream> open(StoredImage image, ByteRange range) {
    return objects.open(image.bucket(), image.key(), range.first(), range.last());
  }

  @Override
  public void close() {
    s3.close();
  }
}
