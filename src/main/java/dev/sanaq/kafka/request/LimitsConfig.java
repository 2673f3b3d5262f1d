package dev.sanaq.kafka.request;

import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.validation.RequestLimits;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Positive;
import java.util.List;

/** The limits of a request. */
@ConfigMapping(prefix = "sanaq.limits")
public interface LimitsConfig {
  /** The longest record value, in bytes. */
  @WithDefault("262144")
  @Min(1)
  int maxRecordBytes();

  /** The longest prompt, in characters. */
  @WithDefault("4000")
  @Min(1)
  int maxPromptLength();

  /** The largest width and the largest height, in pixels. */
  @WithDefault("4096")
  @Min(1)
  int maxSide();

  /** The largest number of denoising steps. */
  @WithDefault("100")
  @Min(1)
  int maxSteps();

  /** The largest guidance scale. */
  @WithDefault("50")
  @Positive
  double maxGuidanceScale();

  /** The largest number of images of a request. */
  @WithDefault("8")
  @Min(1)
  int maxCount();

  /** The largest number of candidates of a request, of which the best are kept. */
  @WithDefault("16")
  @Min(1)
  int maxCandidates();

  /** The largest metadata, in characters. */
  @WithDefault("16384")
  @Min(0)
  int maxMetadataLength();

  /** Whether callback URLs may be http; follows {@code sanaq.webhook.allow-http}. */
  @WithDefault("${sanaq.webhook.allow-http:false}")
  boolean httpCallbacks();

  /** Whether upload URLs may be http; follows {@code sanaq.upload.allow-http}. */
  @WithDefault("${sanaq.upload.allow-http:false}")
  boolean httpUploads();

  /** The limits with the locations that a request may name. */
  default RequestLimits toLimits(
      OutputLocation defaultLocation,
      List<OutputLocation> allowedLocations,
      List<OutputLocation> adapterLocations) {
    return new RequestLimits(
        maxPromptLength(),
        maxSide(),
        maxSteps(),
        maxGuidanceScale(),
        maxCount(),
        maxCandidates(),
        maxMetadataLength(),
        httpCallbacks(),
        httpUploads(),
        defaultLocation,
        allowedLocations,
        adapterLocations);
  }
}
