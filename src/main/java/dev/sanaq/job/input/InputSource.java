package dev.sanaq.job.input;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * Where an input image of a request comes from: an object {@code {"bucket", "key"}}, an https URL,
 * or a {@code data:} URL.
 */
public sealed interface InputSource {
  /** The forms, for messages. */
  String ALLOWED =
      "{\"bucket\": ..., \"key\": ...}, an https:// URL without user or fragment, or a data: URL with"
          + " an image in Base64";

  /** In an object: the bucket. */
  String BUCKET = "bucket";

  /** In an object: the key. */
  String KEY = "key";

  /** The source as errors show it: without secrets and without content. */
  String redacted();

  /** The source as events show it: without secrets and without content. */
  Map<String, Object> asRequest();

  /** An object on S3. */
  record Stored(String bucket, String key) implements InputSource {
    @Override
    public String redacted() {
      return bucket + "/" + key;
    }

    @Override
    public Map<String, Object> asRequest() {
      return Map.of(BUCKET, bucket, KEY, key);
    }
  }

  /** A URL, whose query may be a credential. */
  record Url(String url) implements InputSource {
    @Override
    public String redacted() {
      return url.replaceFirst("\\?.*", "");
    }

    @Override
    public Map<String, Object> asRequest() {
      return Map.of("url", redacted());
    }

    @Override
    public String toString() {
      return "Url[" + redacted() + "]";
    }
  }

  /** The image itself. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Data(String mediaType, byte[] bytes) implements InputSource {
    @Override
    public String redacted() {
      return "data:%s;base64,(%s bytes)".formatted(mediaType, bytes.length);
    }

    @Override
    public Map<String, Object> asRequest() {
      return Map.of("url", "data:" + mediaType, "bytes", bytes.length);
    }

    @Override
    public String toString() {
      return "Data[" + redacted() + "]";
    }
  }

  /**
   * Reads the value of a field.
   *
   * @param allowHttp whether http URLs are allowed besides https
   * @return empty if the value has none of the forms
   */
  static Optional<InputSource> parse(Object value, boolean allowHttp) {
    if (value instanceof Map<?, ?> object) {
      return object.size() == 2
              && object.get(BUCKET) instanceof String bucket
              && object.get(KEY) instanceof String key
              && !bucket.isEmpty()
              && !key.isEmpty()
          ? Optional.of(new Stored(bucket, key))
          : Optional.empty();
    }
    if (!(value instanceof String text)) {
      return Optional.empty();
    }
    return text.startsWith("data:") ? parseData(text) : parseUrl(text, allowHttp);
  }

  private static Optional<InputSource> parseData(String text) {
    int comma = text.indexOf(',');
    String suffix = ";base64";
    if (comma < 0 || !text.substring(0, comma).endsWith(suffix)) {
      return Optional.empty();
    }
    String mediaType = text.substring("data:".length(), comma - suffix.length());
    if (!mediaType.matches("image/[a-z]{1,8}")) {
      return Optional.empty();
    }
    try {
      byte[] bytes = Base64.getDecoder().decode(text.substring(comma + 1));
      return Optional.of(new Data(mediaType, bytes));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<InputSource> parseUrl(String text, boolean allowHttp) {
    try {
      URI uri = new URI(text);
      boolean scheme =
          "https".equals(uri.getScheme()) || allowHttp && "http".equals(uri.getScheme());
      return scheme
              && uri.getHost() != null
              && uri.getUserInfo() == null
              && uri.getFragment() == null
          ? Optional.of(new Url(text))
          : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }
}
