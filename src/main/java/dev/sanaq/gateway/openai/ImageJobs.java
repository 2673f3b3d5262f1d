package dev.sanaq.gateway.openai;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.auth.Caller;
import dev.sanaq.gateway.backlog.Backlog;
import dev.sanaq.gateway.pool.ModelPool;
import dev.sanaq.gateway.problem.JsonResponses;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.gateway.rest.JobService;
import dev.sanaq.gateway.rest.JobSubmitter;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobState;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.MultiEmitter;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Runs the jobs of OpenAI's routes while their clients wait. Such a client does not know the job's
 * id: once it has left, nobody can fetch the images, and the job is cancelled. A client that named
 * the job with {@code Idempotency-Key} can ask again, so its job goes on. Any number of threads.
 */
@ApplicationScoped
class ImageJobs {
  private static final Logger LOG = Logger.getLogger(ImageJobs.class);

  private final GatewayConfig config;
  private final JobSubmitter submitter;
  private final JobService jobs;
  private final Backlog backlog;
  private final ImageAnswers answers;
  private final Vertx vertx;

  /**
   * A job and its client.
   *
   * @param named whether the client can ask for the job again
   */
  private record Waiting(JobSubmitter.Submission job, boolean named) {
    String id() {
      return job.id();
    }

    ModelPool pool() {
      return job.pool();
    }
  }

  ImageJobs(
      GatewayConfig config,
      JobSubmitter submitter,
      JobService jobs,
      Backlog backlog,
      ImageAnswers answers,
      Vertx vertx) {
    this.config = config;
    this.submitter = submitter;
    this.jobs = jobs;
    this.backlog = backlog;
    this.answers = answers;
    this.vertx = vertx;
  }

  /**
   * Submits a request and answers with its images. Blocks until Kafka has the request.
   *
   * @param events begins the names of streamed events, such as {@code image_generation}
   * @param idempotencyKey names the job; empty for none
   * @throws ProblemException with OpenAI's names of the fields, if the request is not accepted
   */
  Uni<Response> run(Caller caller, OpenAiRequest request, String events, String idempotencyKey) {
    Waiting waiting;
    try {
      waiting =
          new Waiting(
              submitter.submit(caller, request.fields(), idempotencyKey),
              !idempotencyKey.isBlank());
    } catch (ProblemException e) {
      throw new ProblemException(OpenAiRequest.toOpenAiProblem(e.problem()));
    }
    Uni<Response> answer =
        request.stream()
            ? awaitWorker(waiting)
                .map(any -> streamResponse(waiting, events, request.partialImages()))
            : awaitEnd(waiting).map(job -> JsonResponses.ok(answers.body(job, request.inline())));
    return answer.onCancellation().invoke(() -> leave(waiting));
  }

  /** The ended job; a problem if it does not end in time. */
  private Uni<JobSnapshot> awaitEnd(Waiting waiting) {
    Uni<Optional<JobSnapshot>> latest =
        waiting
            .job()
            .existingJob()
            .map(job -> jobs.awaitEndOfNew(job, waiting.pool(), config.maxWait()).map(Optional::of))
            .orElseGet(() -> jobs.awaitEndOfNew(waiting.id(), waiting.pool(), config.maxWait()));
    return latest.map(
        job -> job.filter(JobSnapshot::isEnded).orElseThrow(() -> afterTimeout(waiting)));
  }

  /** Completes at once if a worker is live: with the first event the status is sent. */
  private Uni<Optional<JobSnapshot>> awaitWorker(Waiting waiting) {
    if (backlog.noWorkerReason(waiting.pool()).isEmpty()) {
      return Uni.createFrom().item(Optional.empty());
    }
    return jobs.awaitState(
            waiting.id(), job -> job.state() != JobState.QUEUED, config.workerStartTimeout())
        .invoke(
            job -> {
              boolean begun = job.filter(known -> known.state() != JobState.QUEUED).isPresent();
              if (!begun && backlog.noWorkerReason(waiting.pool()).isPresent()) {
                throw afterTimeout(waiting);
              }
            });
  }

  private Response streamResponse(Waiting waiting, String events, int partialImages) {
    Multi<byte[]> stream =
        Multi.createFrom()
            .<byte[]>emitter(emitter -> send(waiting, events, partialImages, emitter))
            .onCancellation()
            .invoke(() -> leave(waiting));
    return Response.ok(new ImageStream(stream))
        .type(MediaType.SERVER_SENT_EVENTS_TYPE)
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }

  private void send(
      Waiting waiting, String events, int partialImages, MultiEmitter<? super byte[]> emitter) {
    emitter.emit(comment("waiting"));
    Runnable endPartialImages =
        answers.sendPartialImages(
            waiting.id(), partialImages, events + ".partial_image", emitter::emit);
    long heartbeat =
        vertx.setPeriodic(config.heartbeat().toMillis(), timer -> emitter.emit(comment("alive")));
    Cancellable wait =
        awaitEnd(waiting)
            .invoke(job -> endPartialImages.run())
            .invoke(job -> answers.sendCompleted(job, events + ".completed", emitter::emit))
            .subscribe()
            .with(
                job -> emitter.complete(),
                failure -> {
                  emitter.emit(answers.error(failure));
                  emitter.complete();
                });
    emitter.onTermination(
        () -> {
          vertx.cancelTimer(heartbeat);
          endPartialImages.run();
          wait.cancel();
        });
  }

  private ProblemException afterTimeout(Waiting waiting) {
    String job;
    if (waiting.named()) {
      job = "the job goes on: ask again with the same Idempotency-Key";
    } else {
      jobs.cancel(waiting.id(), "the client stopped waiting");
      job = "the job was cancelled";
    }
    return new ProblemException(
        backlog
            .noWorkerReason(waiting.pool())
            .map(reason -> Problem.noWorker(reason + "; " + job))
            .orElseGet(
                () ->
                    Problem.backlogFull(
                        "Backlog full: no image within %s s (sanaq.gateway.max-wait); %s"
                            .formatted(config.maxWait().toSeconds(), job),
                        backlog.state(waiting.pool()).secondsToWait())));
  }

  /** The client has closed the connection. */
  private void leave(Waiting waiting) {
    if (waiting.named()) {
      return;
    }
    Infrastructure.getDefaultExecutor()
        .execute(
            () -> {
              try {
                jobs.cancel(waiting.id(), "the client hung up");
              } catch (RuntimeException e) {
                LOG.warnf("job %s, whose client hung up, is not cancelled: %s", waiting.id(), e);
              }
            });
  }

  private static byte[] comment(String text) {
    return (": " + text + "\n\n").getBytes(StandardCharsets.UTF_8);
  }
}
