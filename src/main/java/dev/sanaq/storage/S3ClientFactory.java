package dev.sanaq.storage;

import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.S3Utilities;

/** Creates S3 clients from the configuration. */
public final class S3ClientFactory {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_CONNECTIONS = 256;

  private S3ClientFactory() {}

  /** A blocking client without retries; the caller closes it. */
  public static S3Client client(StorageConfig config) {
    AwsCredentialsProvider credentials = credentials(config);
    // Explicit, because several HTTP clients on the class path make the default ambiguous.
    SdkHttpClient http =
        Apache5HttpClient.builder()
            .connectionTimeout(CONNECT_TIMEOUT)
            .socketTimeout(config.attemptTimeout())
            .maxConnections(MAX_CONNECTIONS)
            .build();
    var builder =
        S3Client.builder()
            .region(Region.of(config.region()))
            .forcePathStyle(config.pathStyle())
            .credentialsProvider(credentials)
            // Bodies are complete and their SHA-256 is a header: no chunked signing.
            .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false))
            .httpClient(http)
            .overrideConfiguration(
                override ->
                    override
                        // Callers retry (StorageRetry): they know whether the result is still
                        // wanted.
                        .retryStrategy(AwsRetryStrategy.doNotRetry())
                        .apiCallAttemptTimeout(config.attemptTimeout()));
    config.endpoint().ifPresent(builder::endpointOverride);
    return new FastPutS3Client(
        builder.build(), http, signer(config, credentials), config.attemptTimeout());
  }

  /** A signer for requests and presigned URLs; works offline. */
  static SigV4Signer signer(StorageConfig config) {
    return signer(config, credentials(config));
  }

  private static SigV4Signer signer(StorageConfig config, AwsCredentialsProvider credentials) {
    var utilities =
        S3Utilities.builder()
            .region(Region.of(config.region()))
            .s3Configuration(
                S3Configuration.builder().pathStyleAccessEnabled(config.pathStyle()).build());
    config.endpoint().ifPresent(utilities::endpoint);
    return new SigV4Signer(credentials, config.region(), utilities.build());
  }

  private static AwsCredentialsProvider credentials(StorageConfig config) {
    if (config.accessKey().isPresent() != config.secretKey().isPresent()) {
      throw new IllegalArgumentException(
          "sanaq.storage.access-key and sanaq.storage.secret-key must be set together; set neither"
              + " for the AWS default credentials chain");
    }
    return config.accessKey().isPresent()
        ? StaticCredentialsProvider.create(
            AwsBasicCredentials.create(config.accessKey().get(), config.secretKey().orElseThrow()))
        : DefaultCredentialsProvider.builder().build();
  }
}
