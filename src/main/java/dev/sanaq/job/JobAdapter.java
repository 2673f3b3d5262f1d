package dev.sanaq.job;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A LoRA adapter that is applied to the model for a job.
 *
 * @param name the adapter's name in the model's {@code adapters} folder; empty if it has a URI
 * @param uri where the adapter is on S3, {@code s3://bucket/key}; empty if it has a name
 * @param scale the weight of its update: 0 has no effect, 1 is the trained strength
 * @param sha256 of the adapter's file; empty while it is not known
 */
public record JobAdapter(String name, String uri, double scale, String sha256) {
  /** The syntax of a URI, for messages. */
  public static final String ALLOWED_URI = "s3://BUCKET/PREFIX/NAME.safetensors without . or ..";

  private static final Pattern URI =
      Pattern.compile(
          "s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/((?:[A-Za-z0-9!_.*'()=-]+/)*[A-Za-z0-9!_.*'()=-]+\\.safetensors)");

  /** A folder that may lead out of a prefix, wherever it is resolved. */
  private static final Pattern DOTS = Pattern.compile("(.*/)?\\.{1,2}/.*");

  /** The bucket and the key of a URI; empty if it has not the syntax. */
  public static Optional<OutputLocation> locate(String uri) {
    Matcher parts = URI.matcher(uri);
    return parts.matches() && !DOTS.matcher(parts.group(2)).matches()
        ? Optional.of(new OutputLocation(parts.group(1), parts.group(2)))
        : Optional.empty();
  }

  /** An adapter of the model's folder. */
  public static JobAdapter named(String name, double scale, String sha256) {
    return new JobAdapter(name, "", scale, sha256);
  }

  /** An adapter on S3. */
  public static JobAdapter at(String uri, double scale, String sha256) {
    return new JobAdapter("", uri, scale, sha256);
  }

  /** Whether it is on S3. */
  public boolean isRemote() {
    return !uri.isEmpty();
  }

  Map<String, Object> asRequest() {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put(
        isRemote() ? RequestFields.ADAPTER_URI : RequestFields.ADAPTER_NAME,
        isRemote() ? uri : name);
    request.put(RequestFields.ADAPTER_SCALE, scale);
    if (!sha256.isEmpty()) {
      request.put(RequestFields.ADAPTER_SHA256, sha256);
    }
    return request;
  }
}
