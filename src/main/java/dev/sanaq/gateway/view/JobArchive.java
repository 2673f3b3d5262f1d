package dev.sanaq.gateway.view;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.job.JobIds;
import dev.sanaq.job.StoredImage;
import dev.sanaq.kafka.event.EventsConfig;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.storage.ImageUrls;
import dev.sanaq.storage.OutputLocations;
import dev.sanaq.storage.RangeReader;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.health.StorageProbe;
import dev.sanaq.storage.result.ResultStore;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.InputStream;
import java.time.Clock;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Reads stored results and images from S3: jobs that the view no longer keeps, and every image. Any
 * number of threads; its methods block, {@link #imageUrl} only while credentials are renewed. An S3
 * failure is a {@link dev.sanaq.storage.StorageException}.
 */
@ApplicationScoped
public class JobArchive {
  private final S3Client s3;
  private final ImageUrls imageUrls;
  private final ResultStore resultStore;
  private final RangeReader rangeReader;
  private final StorageProbe probe;
  private final JobEventFactory eventFactory;

  /** Without a slash at its end. */
  private final Optional<String> gatewayUrl;

  JobArchive(StorageConfig config, EventsConfig events, GatewayConfig gateway, Clock clock) {
    this.gatewayUrl = gateway.publicUrl().map(url -> url.toString().replaceAll("/+$", ""));
    this.s3 = S3ClientFactory.client(config);
    this.imageUrls = new ImageUrls(config, s3);
    this.resultStore = new ResultStore(s3, OutputLocations.defaultLocation(config));
    this.rangeReader = new RangeReader(s3);
    this.probe = new StorageProbe(s3, OutputLocations.defaultLocation(config));
    this.eventFactory = new JobEventFactory(events.source(), imageUrls::of, clock);
  }

  /** A completed job by its full id; empty if S3 has no result of it. */
  public Optional<JobSnapshot> find(String id) {
    return JobIds.isValid(id)
        ? resultStore
            .find(id)
            .map(
                result ->
                    JobSnapshot.ofStoredResult(
                        eventFactory.completed(result), result.fingerprint()))
        : Optional.empty();
  }

  /**
   * Tries S3 as the other methods use it.
   *
   * @throws dev.sanaq.storage.StorageException if it cannot be used; the message says what to do
   */
  public void tryStorage() {
    probe.tryGatewayCalls();
  }

  /**
   * A new URL of an image: at the gateway if it has a public URL, otherwise signed or public.
   *
   * @param job the job's id
   * @param index of the image among the job's
   */
  public StoredImage.Url imageUrl(String job, int index, StoredImage image) {
    return gatewayUrl
        .map(base -> new StoredImage.Url(base + imagePath(job, index), Optional.empty()))
        .orElseGet(() -> imageUrls.of(image));
  }

  /** The path of an image at the gateway. */
  public static String imagePath(String job, int index) {
    return "/v1/jobs/%s/images/%s".formatted(job, index);
  }

  /** The image's bytes in the range; empty if S3 no longer has the image. */
  public Optional<InputStream> openImage(StoredImage image, ByteRange range) {
    return rangeReader.open(image.bucket(), image.key(), range.first(), range.last());
  }

  @PreDestroy
  void close() {
    s3.close();
  }
}
