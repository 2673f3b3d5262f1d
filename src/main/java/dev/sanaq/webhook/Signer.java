package dev.sanaq.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs messages as <a href="https://www.standardwebhooks.com">Standard Webhooks</a> 1.0 has it:
 * HMAC-SHA256 over {@code id.timestamp.body}, once with every secret. Any number of threads.
 */
final class Signer {
  private static final String PREFIX = "whsec_";
  private static final String ALGORITHM = "HmacSHA256";
  private static final int SHORTEST = 24;
  private static final int LONGEST = 64;

  private final List<SecretKeySpec> keys;

  private Signer(List<SecretKeySpec> keys) {
    this.keys = keys;
  }

  /**
   * A signer with those secrets, of which a receiver needs to know one.
   *
   * @throws IllegalArgumentException where one is no secret; the message shows none of it
   */
  static Signer of(List<String> secrets) {
    List<SecretKeySpec> keys = new ArrayList<>();
    for (int i = 0; i < secrets.size(); i++) {
      keys.add(new SecretKeySpec(bytes(secrets.get(i).strip(), i), ALGORITHM));
    }
    return new Signer(keys);
  }

  /**
   * The headers of a message.
   *
   * @param id the message's, equal for all attempts
   * @param time the attempt's
   * @param body the very bytes to be sent
   */
  Map<String, String> headers(String id, Instant time, byte[] body) {
    String seconds = String.valueOf(time.getEpochSecond());
    byte[] head = (id + "." + seconds + ".").getBytes(StandardCharsets.UTF_8);
    List<String> signatures = new ArrayList<>();
    for (SecretKeySpec key : keys) {
      signatures.add("v1," + Base64.getEncoder().encodeToString(hmac(key, head, body)));
    }
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("webhook-id", id);
    headers.put("webhook-timestamp", seconds);
    headers.put("webhook-signature", String.join(" ", signatures));
    return headers;
  }

  private static byte[] hmac(SecretKeySpec key, byte[] head, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(head);
      return mac.doFinal(body);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  private static byte[] bytes(String secret, int place) {
    byte[] bytes = secret.startsWith(PREFIX) ? decoded(secret) : new byte[0];
    if (bytes.length < SHORTEST || bytes.length > LONGEST) {
      throw new IllegalArgumentException(
          "sanaq.webhook.secrets[%d] is no secret: write %s and the base64 of %d to %d random bytes"
              .formatted(place, PREFIX, SHORTEST, LONGEST));
    }
    return bytes;
  }

  private static byte[] decoded(String secret) {
    try {
      return Base64.getDecoder().decode(secret.substring(PREFIX.length()));
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }
}
