package dev.sanaq.storage.input;

import dev.sanaq.job.OutputLocation;
import dev.sanaq.storage.OutputLocations;
import dev.sanaq.storage.StorageConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.ArrayList;
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
   * Where objects may be that a request names, each {@code s3://bucket/prefix/}, beside those that
   * were uploaded to the gateway.
   */
  Optional<
          List<
              @Pattern(regexp = "s3://[^/]+(/.*)?", message = "must be s3://bucket/prefix/")
              String>>
      allowedPrefixes();

  /** The largest file, in bytes; a larger one fails the job that names it, and is no upload. */
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

  /** Images that were uploaded to the gateway. */
  Uploads uploads();

  /** Images that were uploaded to the gateway. Workers and gateways need the same prefix. */
  interface Uploads {
    /**
     * The folder of uploaded images in {@code sanaq.storage.bucket}, below {@code
     * sanaq.storage.prefix}. A lifecycle rule of the bucket has to delete them.
     */
    @WithDefault("uploads/")
    @Pattern(
        regexp = "([A-Za-z0-9._-]+/)+",
        message = "must be a folder that ends in a slash, such as uploads/")
    String prefix();

    /**
     * How long an uploaded image is kept at least, for {@code expiresAt} in the gateway's answer;
     * not more than the lifecycle rule's days.
     */
    @WithDefault("P7D")
    @DurationMin(seconds = 1)
    Duration lifetime();

    /**
     * How many bytes of bodies with images a gateway holds in memory at the same time; further ones
     * are answered with 503.
     */
    @WithDefault("67108864")
    @Min(1)
    int maxBodyBytes();
  }

  /** Where uploaded images are. */
  default OutputLocation uploadLocation(StorageConfig storage) {
    OutputLocation home = OutputLocations.defaultLocation(storage);
    return new OutputLocation(home.bucket(), home.prefix() + uploads().prefix());
  }

  /** Where objects may be that a request names: uploads, and the allowed prefixes. */
  default List<OutputLocation> locations(StorageConfig storage) {
    List<OutputLocation> locations = new ArrayList<>(List.of(uploadLocation(storage)));
    allowedPrefixes().ifPresent(more -> more.forEach(uri -> locations.add(parse(uri))));
    return locations;
  }

  private static OutputLocation parse(String uri) {
    String text = uri.substring("s3://".length());
    int slash = text.indexOf('/');
    String prefix = slash < 0 ? "" : text.substring(slash).replaceAll("^/+|/+$", "");
    String bucket = slash < 0 ? text : text.substring(0, slash);
    return new OutputLocation(bucket, prefix.isEmpty() ? "" : prefix + "/");
  }
}
