package dev.sanaq.storage;

import java.net.SocketException;
import java.time.Duration;
import org.apache.hc.core5.http.NoHttpResponseException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Creates S3 clients from the configuration. */
public final class S3ClientFactory {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_CONNECTIONS = 256;

  // Each attempt takes one dead connection out of the pool: there may be as many as there are
  // threads that got an answer at the same time.
  private static final int MAX_ATTEMPTS = 10;
  private static final Duration INITIAL_BACKOFF = Duration.ofMillis(1);
  private static final Duration MAX_BACKOFF = Duration.ofMillis(100);

  private S3ClientFactory() {}

  /**
   * A blocking client; the caller closes it. It sends a request again only if the connection ended
   * without an answer.
   *
   * @throws IllegalArgumentException if the configuration is invalid
   */
  public static S3Client client(StorageConfig config) {
    var http =
        Apache5HttpClient.builder()
            .connectionTimeout(CONNECT_TIMEOUT)
            .socketTimeout(config.attemptTimeout())
            .maxConnections(MAX_CONNECTIONS);
    config.caCertificates().map(CaCertificates::load).ifPresent(http::tlsTrustManagersProvider);
    var builder =
        S3Client.builder()
            .region(Region.of(config.region()))
            .forcePathStyle(config.pathStyle())
            .credentialsProvider(credentials(config))
            // Bodies are complete and their SHA-256 is a header: no chunked signing.
            .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false))
            // Explicit, because several HTTP clients on the class path make the default ambiguous.
            .httpClientBuilder(http)
            .overrideConfiguration(
                override ->
                    override
                        .retryStrategy(retryStrategy())
                        .apiCallAttemptTimeout(config.attemptTimeout()));
    config.endpoint().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  /**
   * A presigner for readers, with the credentials of a client and the public endpoint or, without
   * one, the client's; works offline. A signature covers the host, so a reader cannot replace it.
   */
  static S3Presigner presigner(StorageConfig config, S3Client s3) {
    var client = s3.serviceClientConfiguration();
    var builder =
        S3Presigner.builder()
            .region(client.region())
            .credentialsProvider(client.credentialsProvider())
            .serviceConfiguration(
                S3Configuration.builder().pathStyleAccessEnabled(config.pathStyle()).build());
    config.publicEndpoint().or(client::endpointOverride).ifPresent(builder::endpointOverride);
    return builder.build();
  }

  /**
   * Sends a request again at once if its connection ended without an answer. The server may have
   * closed it after the previous answer without saying so, as MinIO does after a refused write; the
   * pool checks only connections that were idle for 2 s. A conditional write that was executed
   * nevertheless is then refused with 412, which its callers read as "exists", not as a failure.
   * Callers retry everything else (StorageRetry): they know whether the result is still wanted.
   */
  private static RetryStrategy retryStrategy() {
    return DefaultRetryStrategy.standardStrategyBuilder()
        .useClientDefaults(false)
        .retryOnExceptionOrCauseInstanceOf(NoHttpResponseException.class)
        // A reset or a broken pipe. Its subclasses say that there was no connection at all.
        .retryOnExceptionOrCause(SocketException.class)
        .maxAttempts(MAX_ATTEMPTS)
        .backoffStrategy(BackoffStrategy.exponentialDelay(INITIAL_BACKOFF, MAX_BACKOFF))
        .circuitBreakerEnabled(false)
        .build();
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
