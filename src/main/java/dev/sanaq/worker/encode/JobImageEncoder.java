package dev.sanaq.worker.encode;

import dev.sanaq.image.RgbImage;
import dev.sanaq.image.encode.ImageFormat;
import dev.sanaq.job.Job;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ImageMetadata;
import dev.sanaq.sana.provenance.ContentCredentials;
import dev.sanaq.sana.provenance.Provenance;
import dev.sanaq.worker.queue.JobExecution;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Encodes a job's images in the format that its request names. Any number of threads. */
public final class JobImageEncoder {
  private static final Logger LOG = Logger.getLogger(JobImageEncoder.class);
  private static final Duration EXPIRES_SOON = Duration.ofDays(30);

  private final boolean embedMetadata;
  private final boolean embedProvenance;
  private final Optional<ContentCredentials> credentials;

  /**
   * @param embedMetadata whether image files contain their generation parameters, if their format
   *     can
   * @param embedProvenance whether image files say that a model made them
   * @param credentials sign image files, if there are any
   */
  public JobImageEncoder(
      boolean embedMetadata, boolean embedProvenance, Optional<ContentCredentials> credentials) {
    this.embedMetadata = embedMetadata;
    this.embedProvenance = embedProvenance;
    this.credentials = credentials;
  }

  /** The file of an image; with credentials two calls return two different files. */
  public byte[] encode(JobExecution execution, RgbImage image, int index) {
    Job job = execution.job();
    GenerationParams params = execution.generationParams();
    ImageFormat format =
        ImageFormat.of(job.format())
            .orElseThrow(() -> new IllegalStateException("no encoder for " + job.format()));
    byte[] file =
        format.encode(
            image,
            job.quality(),
            embedMetadata ? ImageMetadata.of(params, job.model(), index) : Map.of(),
            embedProvenance ? Provenance.xmp(params, job.model()) : "");
    return credentials.map(c -> c.sign(format, file, params, job.model())).orElse(file);
  }

  /** Logs who signs images, and warns if the certificate expires soon. */
  public void logSigner(Clock clock) {
    credentials.ifPresent(
        signing -> {
          Instant end = signing.validUntil();
          LOG.infof("images are signed (C2PA) by %s until %s", signing.signer(), end);
          if (clock.instant().plus(EXPIRES_SOON).isAfter(end)) {
            LOG.warnf(
                "the C2PA certificate of %s expires at %s, then jobs fail and readers refuse what it has signed; renew it and restart the workers",
                signing.signer(), end);
          }
        });
  }
}
