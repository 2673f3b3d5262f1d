package dev.sanaq.job;

/**
 * A place for objects: a bucket and a prefix of keys.
 *
 * @param bucket the bucket's name
 * @param prefix empty, or ends in a slash
 */
public record Output(String bucket, String prefix) {
  /** Whether everything under {@code other} lies under this place. */
  public boolean holds(Output other) {
    return bucket.equals(other.bucket) && other.prefix.startsWith(prefix);
  }

  @Override
  public String toString() {
    return bucket + "/" + prefix;
  }
}
