package dev.sanaq.worker.http;

import dev.sanaq.net.CallResult;
import dev.sanaq.net.PinnedHttpClient.ExplainedResult;
import dev.sanaq.net.PinnedHttpClient.Request;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the kinds of storages want of an upload, and what they answer. */
public final class UploadRequest {
  private static final int TEMPORARY_REDIRECT = 307;
  private static final int PERMANENT_REDIRECT = 308;

  /** A shared access signature of Azure has a version and a signature. */
  private static final Pattern AZURE_VERSION = Pattern.compile("[?&]sv=[0-9-]+(&|$)");

  private static final Pattern AZURE_SIGNATURE = Pattern.compile("[?&]sig=");

  /** In the XML of an error, with S3, GCS and Azure alike. */
  private static final Pattern ERROR_CODE = Pattern.compile("<Code>([A-Za-z0-9.]{1,80})</Code>");

  private UploadRequest() {}

  /**
   * The request that uploads a file.
   *
   * @param attempt from 0
   */
  public static Request of(String url, byte[] file, String contentType, int attempt) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("content-type", contentType);
    headers.put("user-agent", "sanaq");
    if (AZURE_VERSION.matcher(url).find() && AZURE_SIGNATURE.matcher(url).find()) {
      // Put Blob is refused without it.
      headers.put("x-ms-blob-type", "BlockBlob");
    }
    return new Request("PUT", url, headers, file, attempt);
  }

  /**
   * Where the storage sends the upload: S3 answers 307 at an address of another region, or while
   * the name of a new bucket is not known everywhere. Only redirects that keep method and body.
   */
  public static Optional<String> redirect(String url, ExplainedResult answer) {
    if (answer.location().isEmpty()
        || !(answer.result() instanceof CallResult.Failed failed)
        || failed.status() != TEMPORARY_REDIRECT && failed.status() != PERMANENT_REDIRECT) {
      return Optional.empty();
    }
    try {
      return Optional.of(URI.create(url).resolve(answer.location()).toString());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Why an upload failed: the status, and the storage's own code of the error if it has one. */
  public static String reason(ExplainedResult answer) {
    String reason = answer.result().reason();
    Matcher code = ERROR_CODE.matcher(answer.body());
    return code.find() ? "%s (%s)".formatted(reason, code.group(1)) : reason;
  }
}
