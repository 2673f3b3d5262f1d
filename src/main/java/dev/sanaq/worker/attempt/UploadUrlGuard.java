package dev.sanaq.worker.attempt;

import dev.sanaq.job.FieldError;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobOutcome.Failed;
import dev.sanaq.job.RequestFields;
import dev.sanaq.job.UrlRedaction;
import dev.sanaq.net.UrlPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Refuses jobs with an upload URL that may not be called, before they are generated. A URL that
 * turns bad later is refused at the upload, with the same error. Any number of threads.
 */
public final class UploadUrlGuard {
  // A slow name server must not keep the device waiting: the upload checks the URL again.
  private static final Duration LOOKUP_TIMEOUT = Duration.ofSeconds(1);

  private final UrlPolicy urlPolicy;
  private final Executor lookups;

  /**
   * @param lookups runs DNS lookups, which may hang
   */
  public UploadUrlGuard(UrlPolicy urlPolicy, Executor lookups) {
    this.urlPolicy = urlPolicy;
    this.lookups = lookups;
  }

  /** The failure of a job with such a URL; blocks for at most a second. */
  Optional<Failed> refusal(Job job) {
    return job.uploadUrls().isEmpty()
        ? Optional.empty()
        : CompletableFuture.supplyAsync(() -> firstError(job.uploadUrls()), lookups)
            .completeOnTimeout(Optional.empty(), LOOKUP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
            .join()
            .map(error -> new Failed(job.id(), error, 0, job.metadata(), job.callbackUrl()));
  }

  private Optional<JobError> firstError(List<String> urls) {
    return urls.stream()
        .flatMap(url -> urlPolicy.refusal(url).map(reason -> error(url, reason)).stream())
        .findFirst();
  }

  /**
   * The error of a job whose upload URL may not be called.
   *
   * @param reason from the URL policy
   */
  public static JobError error(String url, String reason) {
    return JobError.invalid(
        List.of(
            new FieldError(
                RequestFields.OUTPUT + "." + RequestFields.UPLOAD_URLS,
                "%s: %s".formatted(UrlRedaction.redact(url), reason),
                "URLs that the worker may call; its settings sanaq.upload.allow-http, .ports and"
                    + " .allowed-hosts decide")));
  }
}
