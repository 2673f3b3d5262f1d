package dev.sanaq.job;

import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Pattern;

/** The syntax of job ids, and the ids and seeds that are derived when a request has none. */
public final class JobIds {
  /** The syntax of an id, for messages. */
  public static final String ALLOWED = "1 to 128 characters of A-Z a-z 0-9 . _ - :, not only dots";

  /** A path segment of only dots names another folder: clients and servers remove it from URLs. */
  private static final Pattern VALID_ID = Pattern.compile("(?!\\.+$)[A-Za-z0-9._:-]{1,128}");

  private static final int MAX_READABLE_LENGTH = 80;

  private JobIds() {}

  /** Whether the id is valid. */
  public static boolean isValid(String id) {
    return VALID_ID.matcher(id).matches();
  }

  /**
   * The id derived from a request's record: its place for people, and a hash, because places repeat
   * when a topic is created again, and could be guessed.
   *
   * @param recordHash 16 hexadecimal digits
   */
  public static String ofRecord(String topic, int partition, long offset, String recordHash) {
    String start = topic.substring(0, Math.min(topic.length(), MAX_READABLE_LENGTH));
    return start + "-" + partition + "-" + offset + "-" + recordHash;
  }

  /** The id derived from a CloudEvent: the same id and source give the same job. */
  public static String ofCloudEvent(String id, String source) {
    return withHashSuffix(id, Sha256.hex("%s:%s%s".formatted(id.length(), id, source)));
  }

  /** The seed derived from an id: 32 bits, all that torch's generator uses, and exact in JSON. */
  public static long seedOf(String id) {
    return new BigInteger(Sha256.hex("seed:" + id).substring(0, 8), 16).longValueExact();
  }

  private static String withHashSuffix(String text, String hashInput) {
    String readable = text.replaceAll("[^A-Za-z0-9._:-]+", "-");
    String start = readable.substring(0, Math.min(readable.length(), MAX_READABLE_LENGTH));
    return start + "-" + Sha256.hex(hashInput).substring(0, 12).toLowerCase(Locale.ROOT);
  }
}
