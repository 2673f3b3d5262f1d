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
 * The SDK's client, but for the uploads that a worker makes three of a job: small and plain, they
 * are signed and sent without the client's twenty stages, at half of the processor's time. What is
 * answered with anything but 200 is asked again by the SDK, which knows what every other answer
 * means. Any number of threads.
 */
final class FastPutS3Client extends DelegatingS3Client {
  /** Above it a request costs little beside its body, and the SDK asks before it sends that. */
  private static final long MAX_DIRECT_BYTES = 1 << 20;

  private static final int OK = 200;

  private final SdkHttpClient http;
  private final SigV4Signer signer;
  private final Duration attemptTimeout;
  private final ScheduledThreadPoolExecutor timeoutScheduler;

  /**
   * @param sdk closed with this one
   * @param http the same; what a try may take is not its business
   * @param timeout how long one try may take
   */
  FastPutS3Client(S3Client sdk, SdkHttpClient http, SigV4Signer signer, Duration timeout) {
    super(sdk);
    this.http = http;
    this.signer = signer;
    this.attemptTimeout = timeout;
    this.timeoutScheduler = new ScheduledThreadPoolExecutor(1, FastPutS3Client::newDaemonThread);
    timeoutScheduler.setRemoveOnCancelPolicy(true);
  }

  @Override
  public PutObjectResponse putObject(PutObjectRequest put, RequestBody body) {
    if (canSendDirectly(put, body)) {
      SdkHttpResponse answer = send(put, body);
      if (answer.statusCode() == OK) {
        return PutObjectResponse.builder()
            .eTag(answer.firstMatchingHeader("ETag").orElse(null))
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

  /** Whether the request says nothing that {@link #send} does not send. */
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

  // Access points and directory buckets are signed otherwise.
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
    long began = System.nanoTime();
    // A socket's own timeout does not end a write that nobody reads.
    Future<?> end =
        timeoutScheduler.schedule(call::abort, attemptTimeout.toMillis(), TimeUnit.MILLISECONDS);
    try {
      HttpExecuteResponse answer = call.call();
      if (answer.responseBody().isPresent()) {
        // Closed, it leaves a connection that can be used again.
        answer.responseBody().get().close();
      }
      return answer.httpResponse();
    } catch (IOException e) {
      boolean late = System.nanoTime() - began >= attemptTimeout.toNanos();
      throw SdkClientException.create(
          late ? "no answer within " + attemptTimeout : String.valueOf(e.getMessage()), e);
    } finally {
      end.cancel(false);
    }
  }

  private static Thread newDaemonThread(Runnable task) {
    Thread thread = new Thread(task, "sanaq-s3-timeout");
    thread.setDaemon(true);
    return thread;
  }
}
