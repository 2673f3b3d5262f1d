package dev.sanaq.worker.input;

import dev.sanaq.image.decode.ImageDecoder;
import dev.sanaq.job.OutputLocation;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMin;

/**
 * The input images of requests ({@code image}, {@code mask}, {@code control}). For their URLs the
 * rules and timeouts of {@code sanaq.upload} hold.
 */
@ConfigMapping(prefix = "sanaq.input")
public interface InputConfig {
  /**
   * Where objects may be that a request names, each {@code s3://bucket/prefix/}; unset, a request
   * names none.
   */
  Optional<
          List<
              @Pattern(regexp = "s3://[^/]+(/.*)?", message = "must be s3://bucket/prefix/")
              String>>
      allowedPrefixes();

  /** The largest file, in bytes; a larger one fails the job that names it. */
  @WithDefault("26214400")
  @Min(1)
  @Max(1 << 30)
  int maxFileBytes();

  /** Images that are read at the same time. */
  @WithDefault("4")
  @Min(1)
  int concurrency();

  /** How long a download is retried in total before the job fails. */
  @WithDefault("PT30S")
  @DurationMin
  Duration retryTimeout();

  /** The limits of reading. */
  default InputReader.Limits limits() {
    List<OutputLocation> locations =
        allowedPrefixes().orElse(List.of()).stream().map(InputConfig::parse).toList();
    return new InputReader.Limits(
        locations, maxFileBytes(), ImageDecoder.MAX_INPUT_PIXELS, retryTimeout());
  }

  private static OutputLocation parse(String uri) {
    String text = uri.substring("s3://".length());
    int slash = text.indexOf('/');
    String prefix = slash < 0 ? "" : text.substring(slash).replaceAll("^/+|/+$", "");
    String bucket = slash < 0 ? text : text.substring(0, slash);
    return new OutputLocation(bucket, prefix.isEmpty() ? "" : prefix + "/");
  }
}
