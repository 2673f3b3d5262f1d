package dev.sanaq.job;

import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Pattern;

/** What a job's id may be, and the ids of requests that bring none. */
public final class JobIds {
  /** What an id may be, for messages. */
  public static final String ALLOWED = "1 to 128 characters of A-Z a-z 0-9 . _ - :";

  private static final Pattern VALID_ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
  private static final int MAX_READABLE_LENGTH = 80;

  private JobIds() {}

  /** Whether the contract allows this id. */
  public static boolean isValid(String id) {
    return VALID_ID.matcher(id).matches();
  }

  /** The id of a request that lies there and has no other name. */
  public static String ofRecord(String topic, int partition, long offset) {
    String id = "%s-%d-%d".formatted(topic, partition, offset);
    return id.length() <= 128
        ? id
        : "%s-%d-%d".formatted(withHashSuffix(topic, topic), partition, offset);
  }

  /** The id of a request in a CloudEvents envelope: one id and source, one job. */
  public static String ofCloudEvent(String id, String source) {
    return withHashSuffix(id, Sha256.hex("%d:%s%s".formatted(id.length(), id, source)));
  }

  /** A seed of 32 bits: all that torch's generator reads, and any JSON reader holds it exactly. */
  public static long seedOf(String id) {
    return new BigInteger(Sha256.hex("seed:" + id).substring(0, 8), 16).longValueExact();
  }

  private static String withHashSuffix(String text, String what) {
    String readable = text.replaceAll("[^A-Za-z0-9._:-]+", "-");
    String start = readable.substring(0, Math.min(readable.length(), MAX_READABLE_LENGTH));
    return start + "-" + Sha256.hex(what).substring(0, 12).toLowerCase(Locale.ROOT);
  }
}
