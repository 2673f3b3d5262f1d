package dev.sanaq.intake;

import dev.sanaq.job.Limits;
import dev.sanaq.job.Output;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;

/** What a request may ask for at most. */
@ConfigMapping(prefix = "sanaq.limits")
public interface LimitsConfig {
  /** Bytes of a record's value. */
  @WithDefault("262144")
  int recordBytes();

  /** Characters of a prompt. */
  @WithDefault("4000")
  int promptLength();

  /** Pixels of a picture's width and of its height. */
  @WithDefault("4096")
  int side();

  /** Denoising steps. */
  @WithDefault("100")
  int steps();

  /** Guidance. */
  @WithDefault("50")
  double guidanceScale();

  /** Pictures a request. */
  @WithDefault("8")
  int count();

  /** Characters of the metadata. */
  @WithDefault("16384")
  int metadataLength();

  /** Whether a callback's address may be http; as {@code sanaq.webhook.allow-http} says. */
  @WithDefault("${sanaq.webhook.allow-http:false}")
  boolean httpCallbacks();

  /** The same for addresses to upload to; as {@code sanaq.upload.allow-http} says. */
  @WithDefault("${sanaq.upload.allow-http:false}")
  boolean httpUploads();

  /** The limits in the job's words, with the places where pictures may go. */
  default Limits toLimits(Output home, List<Output> outputs) {
    return new Limits(
        promptLength(),
        side(),
        steps(),
        guidanceScale(),
        count(),
        metadataLength(),
        httpCallbacks(),
        httpUploads(),
        home,
        outputs);
  }
}
