package dev.sanaq.gateway.view;

import dev.sanaq.job.JobIds;
import dev.sanaq.job.StoredImage;
import dev.sanaq.kafka.event.EventsConfig;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.storage.ImageUrls;
import dev.sanaq.storage.OutputLocations;
import dev.sanaq.storage.RangeReader;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.result.ResultStore;
import java.io.InputStream;
import java.time.Clock;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3Client;

/** What lies on the storage: results that have left the view, and images. Any thread; blocks. */
public final class JobArchive implements AutoCloseable {
  private final S3Client s3;
  private final ImageUrls imageUrls;
  private final ResultStore resultStore;
  private final RangeReader rangeReader;
  private final JobEventFactory eventFactory;

  public JobArchive(StorageConfig config, EventsConfig events, Clock clock) {
    this.s3 = S3ClientFactory.client(config);
    this.imageUrls = new ImageUrls(config);
    this.resultStore = new ResultStore(s3, OutputLocations.defaultLocation(config));
    this.rangeReader = new RangeReader(s3);
    this.eventFactory = new JobEventFactory(events.source(), imageUrls::of, clock);
  }

  /** A completed job. */
  public Optional<JobSnapshot> find(String id) {
    return JobIds.isValid(id)
        ? resultStore
            .find(id)
            .map(
                done -> JobSnapshot.ofStoredResult(eventFactory.terminal(done), done.fingerprint()))
        : Optional.empty();
  }

  /** A fresh address of the image. */
  public String imageUrl(StoredImage image) {
    return imageUrls.of(image);
  }

  /** The image's bytes, both ends included; none where it lies there no more. */
  public Optional<InputStream> openImage(StoredImage image, ByteRange range) {
    return rangeReader.open(image.bucket(), image.key(), range.first(), range.last());
  }

  @Override
  public void close() {
    s3.close();
  }
}
