package dev.sanaq.kafka.request;

import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.RequestLimits;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;

/** What a request may ask for at most. */
@ConfigMapping(prefix = "sanaq.limits")
public interface LimitsConfig {
  /** Bytes of a record's value. */
  @WithDefault("262144")
  int maxRecordBytes();

  /** Characters of a prompt. */
  @WithDefault("4000")
  int promptLength();

  /** Pixels of an image's width and of its height. */
  @WithDefault("4096")
  int maxSide();

  /** Denoising steps. */
  @WithDefault("100")
  int maxSteps();

  /** Guidance. */
  @WithDefault("50")
  double maxGuidanceScale();

  /** Images a request. */
  @WithDefault("8")
  int maxCount();

  /** Characters of the metadata. */
  @WithDefault("16384")
  int metadataLength();

  /** Whether a callback's address may be http; as {@code sanaq.webhook.allow-http} says. */
  @WithDefault("${sanaq.webhook.allow-http:false}")
  boolean httpCallbacks();

  /** The same for addresses to upload to; as {@code sanaq.upload.allow-http} says. */
  @WithDefault("${sanaq.upload.allow-http:false}")
  boolean httpUploads();

  /** The limits in the job's words, with the places where images may go. */
  default RequestLimits toLimits(OutputLocation home, List<OutputLocation> outputs) {
    return new RequestLimits(
        promptLength(),
        maxSide(),
        maxSteps(),
        maxGuidanceScale(),
        maxCount(),
        metadataLength(),
        httpCallbacks(),
        httpUploads(),
        home,
        outputs);
  }
}
