package dev.sanaq.storage;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.DelegatingS3Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * An S3 client with a fast path for small, plain uploads, of which a worker makes three per job:
 * they are signed and sent without the SDK's twenty pipeline stages, in half of the CPU time. A
 * response other than 200 is left to the SDK, which sends the request again and interprets the
 * answer. Any number of threads.
 */
final class FastPutS3Client extends DelegatingS3Client {
  /** For larger bodies the overhead does not matter, and the SDK uses Expect: 100-continue. */
  private static final long MAX_DIRECT_BYTES = 1 << 20;

  private static final int OK = 200;

  private final SdkHttpClient http;
  private final SigV4Signer signer;
  private final Duration attemptTimeout;
  private final ScheduledThreadPoolExecutor timeoutScheduler;

  /**
   * @param sdk closed with this client
   * @param http closed with this client; without a timeout for the whole attempt
   * @param attemptTimeout how long one attempt may take
   */
  FastPutS3Client(S3Client sdk, SdkHttpClient http, SigV4Signer signer, Duration attemptTimeout) {
    super(sdk);
    this.http = http;
    this.signer = signer;
    this.attemptTimeout = attemptTimeout;
    this.timeoutScheduler = new ScheduledThreadPoolExecutor(1, FastPutS3Client::newDaemonThread);
    timeoutScheduler.setRemoveOnCancelPolicy(true);
  }

  @Override
  public PutObjectResponse putObject(PutObjectRequest put, RequestBody body) {
    if (canSendDirectly(put, body)) {
      SdkHttpResponse response = send(put, body);
      if (response.statusCode() == OK) {
        return PutObjectResponse.builder()
            .eTag(response.firstMatchingHeader("ETag").orElse(null))
            .build();
      }
    }
    return super.putObject(put, body);
  }

  @Override
  public void close() {
    timeoutScheduler.shutdownNow();
    super.close();
    http.close();
  }

  /** Whether {@link #send} sends every attribute of the request. */
  private static boolean canSendDirectly(PutObjectRequest put, RequestBody body) {
    return body.optionalContentLength().filter(length -> length <= MAX_DIRECT_BYTES).isPresent()
        && isGeneralPurposeBucket(put.bucket())
        && put.checksumSHA256() != null
        && put.equals(
            PutObjectRequest.builder()
                .bucket(put.bucket())
                .key(put.key())
                .contentType(put.contentType())
                .checksumSHA256(put.checksumSHA256())
                .ifNoneMatch(put.ifNoneMatch())
                .build());
  }

  // Access points and directory buckets need another signature.
  private static boolean isGeneralPurposeBucket(String bucket) {
    return !bucket.startsWith("arn:") && !bucket.endsWith("--x-s3");
  }

  private SdkHttpResponse send(PutObjectRequest put, RequestBody body) {
    SdkHttpRequest.Builder request =
        signer
            .request(SdkHttpMethod.PUT, put.bucket(), put.key())
            .putHeader("Content-Length", Long.toString(body.optionalContentLength().orElseThrow()))
            .putHeader("Content-Type", put.contentType())
            .putHeader("x-amz-checksum-sha256", put.checksumSHA256());
    if (put.ifNoneMatch() != null) {
      request.putHeader("If-None-Match", put.ifNoneMatch());
    }
    ExecutableHttpRequest call =
        http.prepareRequest(
            HttpExecuteRequest.builder()
                .request(signer.sign(request.build(), body.contentStreamProvider()))
                .contentStreamProvider(body.contentStreamProvider())
                .build());
    long start = System.nanoTime();
    // The socket timeout covers reads only; this one also aborts a write that blocks.
    Future<?> timeout =
        timeoutScheduler.schedule(call::abort, attemptTimeout.toMillis(), TimeUnit.MILLISECONDS);
    try {
      HttpExecuteResponse response = call.call();
      if (response.responseBody().isPresent()) {
        // Closing returns the connection to the pool.
        response.responseBody().get().close();
      }
      return response.httpResponse();
    } catch (IOException e) {
      boolean timedOut = System.nanoTime() - start >= attemptTimeout.toNanos();
      throw SdkClientException.create(
          timedOut ? "no answer within " + attemptTimeout : String.valueOf(e.getMessage()), e);
    } finally {
      timeout.cancel(false);
    }
  }

  private static Thread newDaemonThread(Runnable task) {
    Thread thread = new Thread(task, "sanaq-s3-timeout");
    thread.setDaemon(true);
    return thread;
  }
}
