package dev.sanaq.storage;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.services.s3.S3Utilities;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * Signs S3 requests and URLs with AWS Signature Version 4: the SDK's signer and bucket addressing
 * without its client pipeline, which costs several times as much. Any number of threads.
 */
final class SigV4Signer {
  private static final String PLACEHOLDER_KEY = "-";

  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
  private final AwsCredentialsProvider credentials;
  private final String region;
  private final S3Utilities utilities;
  private final Map<String, URI> bucketUrls = new ConcurrentHashMap<>();

  /**
   * @param utilities builds the URL of a bucket
   */
  SigV4Signer(AwsCredentialsProvider credentials, String region, S3Utilities utilities) {
    this.credentials = credentials;
    this.region = region;
    this.utilities = utilities;
  }

  /**
   * An unsigned request for an object.
   *
   * @throws software.amazon.awssdk.core.exception.SdkException if the bucket has no valid URL
   */
  SdkHttpRequest.Builder request(SdkHttpMethod method, String bucket, String key) {
    URI bucketUrl = bucketUrls.computeIfAbsent(bucket, this::bucketUrl);
    return SdkHttpRequest.builder()
        .method(method)
        .uri(bucketUrl)
        .encodedPath(bucketUrl.getRawPath() + SdkHttpUtils.urlEncodeIgnoreSlashes(key));
  }

  /**
   * Signs a request in its headers.
   *
   * @throws software.amazon.awssdk.core.exception.SdkException if there are no credentials
   */
  SdkHttpRequest sign(SdkHttpRequest request, ContentStreamProvider body) {
    // TLS protects the body; plain http needs a payload signature.
    boolean signPayload = "http".equals(request.protocol());
    return signer
        .sign(
            sign ->
                configure(sign, request)
                    .payload(body)
                    .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, signPayload)
                    .putProperty(AwsV4HttpSigner.CHUNK_ENCODING_ENABLED, false))
        .request();
  }

  /**
   * A presigned GET URL.
   *
   * @param expiry how long it is valid; 1 s to 7 days
   * @throws software.amazon.awssdk.core.exception.SdkException if there are no credentials
   */
  URI presignGet(String bucket, String key, Duration expiry) {
    SdkHttpRequest get = request(SdkHttpMethod.GET, bucket, key).build();
    return signer
        .sign(
            sign ->
                configure(sign, get)
                    .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, false)
                    .putProperty(
                        AwsV4HttpSigner.AUTH_LOCATION, AwsV4HttpSigner.AuthLocation.QUERY_STRING)
                    .putProperty(AwsV4HttpSigner.EXPIRATION_DURATION, expiry))
        .request()
        .getUri();
  }

  private SignRequest.Builder<AwsCredentialsIdentity> configure(
      SignRequest.Builder<AwsCredentialsIdentity> sign, SdkHttpRequest request) {
    return sign.identity(credentials.resolveCredentials())
        .request(request)
        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
        .putProperty(AwsV4HttpSigner.REGION_NAME, region)
        // S3 signs paths unchanged, unlike other AWS services.
        .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
        .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false);
  }

  private URI bucketUrl(String bucket) {
    String url = utilities.getUrl(get -> get.bucket(bucket).key(PLACEHOLDER_KEY)).toString();
    return URI.create(url.substring(0, url.length() - PLACEHOLDER_KEY.length()));
  }
}
