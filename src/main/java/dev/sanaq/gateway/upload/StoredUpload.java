package dev.sanaq.gateway.upload;

import dev.sanaq.image.decode.ImageHeader;
import dev.sanaq.job.input.InputSource;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An uploaded image.
 *
 * @param source for a request's {@code image}, {@code mask} or {@code control}
 * @param sha256 of the file, in 64 hexadecimal digits
 * @param bytes the length of the file
 * @param expiresAt how long it is kept at least
 */
public record StoredUpload(
    InputSource.Stored source, ImageHeader header, String sha256, int bytes, Instant expiresAt) {
  /** The JSON body of the answer. */
  Map<String, Object> body() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("image", source.asRequest());
    body.put("format", header.format());
    body.put("width", header.width());
    body.put("height", header.height());
    body.put("bytes", bytes);
    body.put("sha256", sha256);
    body.put("expiresAt", expiresAt.toString());
    return body;
  }
}
