package dev.sanaq.storage;

import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Makes the storage's clients from the configuration. */
public final class S3 {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final int CONNECTIONS = 256;

  private S3() {}

  /** A blocking client; close it in the end. */
  public static S3Client client(StorageConfig config) {
    var builder =
        S3Client.builder()
            .region(Region.of(config.region()))
            .forcePathStyle(config.pathStyle())
            .credentialsProvider(credentials(config))
            // Bodies are whole and their SHA-256 is sent in the head: no framing in chunks.
            .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false))
            // Named, since several HTTP clients on the class path would leave the choice to luck.
            .httpClientBuilder(
                Apache5HttpClient.builder()
                    .connectionTimeout(CONNECT)
                    .socketTimeout(config.timeout())
                    .maxConnections(CONNECTIONS))
            .overrideConfiguration(
                override ->
                    override
                        // Whoever calls makes the next try, since it knows whether it is worth it.
                        .retryStrategy(AwsRetryStrategy.doNotRetry())
                        .apiCallAttemptTimeout(config.timeout()));
    config.endpoint().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  /** Signs addresses, without asking the storage; close it in the end. */
  public static S3Presigner presigner(StorageConfig config) {
    var builder =
        S3Presigner.builder()
            .region(Region.of(config.region()))
            .credentialsProvider(credentials(config))
            .serviceConfiguration(
                S3Configuration.builder().pathStyleAccessEnabled(config.pathStyle()).build());
    config.endpoint().ifPresent((URI endpoint) -> builder.endpointOverride(endpoint));
    return builder.build();
  }

  private static AwsCredentialsProvider credentials(StorageConfig config) {
    if (config.accessKey().isPresent() != config.secretKey().isPresent()) {
      throw new IllegalArgumentException(
          "sanaq.storage.access-key and sanaq.storage.secret-key belong together: set both, or"
              + " neither for AWS's default chain");
    }
    return config.accessKey().isPresent()
        ? StaticCredentialsProvider.create(
            AwsBasicCredentials.create(config.accessKey().get(), config.secretKey().orElseThrow()))
        : DefaultCredentialsProvider.builder().build();
  }
}
