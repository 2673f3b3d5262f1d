package dev.sanaq.job;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A location for objects: a bucket and a key prefix.
 *
 * @param bucket the bucket's name
 * @param prefix empty, or ends in a slash
 */
public record OutputLocation(String bucket, String prefix) {
  /** Whether every object under {@code other} is under this location. */
  public boolean contains(OutputLocation other) {
    return bucket.equals(other.bucket) && other.prefix.startsWith(prefix);
  }

  /** The location as JSON. */
  Map<String, Object> asRequest() {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put(RequestFields.BUCKET, bucket);
    request.put(RequestFields.PREFIX, prefix);
    return request;
  }

  @Override
  public String toString() {
    return bucket + "/" + prefix;
  }
}
