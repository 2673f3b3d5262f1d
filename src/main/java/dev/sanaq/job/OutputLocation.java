package dev.sanaq.job;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A place for objects: a bucket and a prefix of keys.
 *
 * @param bucket the bucket's name
 * @param prefix empty, or ends in a slash
 */
public record OutputLocation(String bucket, String prefix) {
  /** Whether everything under {@code other} lies under this place. */
  public boolean contains(OutputLocation other) {
    return bucket.equals(other.bucket) && other.prefix.startsWith(prefix);
  }

  /** The place as a request names it. */
  Map<String, Object> asRequest() {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("bucket", bucket);
    request.put("prefix", prefix);
    return request;
  }

  @Override
  public String toString() {
    return bucket + "/" + prefix;
  }
}
