package dev.sanaq.webhook.send;

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
 * Signs webhooks as in <a href="https://www.standardwebhooks.com">Standard Webhooks</a> 1.0:
 * HMAC-SHA256 over {@code id.timestamp.body}, once with every secret. Any number of threads.
 */
public final class WebhookSigner {
  private static final String SECRET_PREFIX = "whsec_";
  private static final String ALGORITHM = "HmacSHA256";
  private static final int MIN_SECRET_BYTES = 24;
  private static final int MAX_SECRET_BYTES = 64;

  private final List<SecretKeySpec> keys;

  private WebhookSigner(List<SecretKeySpec> keys) {
    this.keys = keys;
  }

  /**
   * Creates a signer. A receiver needs to know one of the secrets.
   *
   * @throws IllegalArgumentException if a secret is invalid; the message does not contain it
   */
  public static WebhookSigner of(List<String> secrets) {
    List<SecretKeySpec> keys = new ArrayList<>();
    for (int i = 0; i < secrets.size(); i++) {
      keys.add(new SecretKeySpec(parseSecret(secrets.get(i).strip(), i), ALGORITHM));
    }
    return new WebhookSigner(keys);
  }

  /**
   * The headers of a webhook.
   *
   * @param id the message id, equal for all attempts
   * @param time the time of the attempt
   * @param body the bytes of the request
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

  private static byte[] parseSecret(String secret, int index) {
    byte[] bytes = secret.startsWith(SECRET_PREFIX) ? decodeBase64(secret) : new byte[0];
    if (bytes.length < MIN_SECRET_BYTES || bytes.length > MAX_SECRET_BYTES) {
      throw new IllegalArgumentException(
          "invalid secret: sanaq.webhook.secrets[%s] (use %s and the base64 of %s to %s random bytes)"
              .formatted(index, SECRET_PREFIX, MIN_SECRET_BYTES, MAX_SECRET_BYTES));
    }
    return bytes;
  }

  private static byte[] decodeBase64(String secret) {
    try {
      return Base64.getDecoder().decode(secret.substring(SECRET_PREFIX.length()));
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }
}
