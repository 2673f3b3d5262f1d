package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.auth.Caller;
import dev.sanaq.gateway.backlog.Backlog;
import dev.sanaq.gateway.pool.ModelPool;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.gateway.view.JobArchive;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobView;
import dev.sanaq.kafka.request.RequestSender;
import dev.sanaq.storage.StorageException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/** Finds, awaits and cancels a caller's jobs. Any number of threads. */
@ApplicationScoped
public class JobService {
  private static final Logger LOG = Logger.getLogger(JobService.class);

  private final JobView view;
  private final JobArchive archive;
  private final RequestSender requestSender;
  private final Backlog backlog;
  private final GatewayConfig config;

  JobService(
      JobView view,
      JobArchive archive,
      RequestSender requestSender,
      Backlog backlog,
      GatewayConfig config) {
    this.view = view;
    this.archive = archive;
    this.requestSender = requestSender;
    this.backlog = backlog;
    this.config = config;
  }

  /**
   * Finds the caller's job. Blocks if it has to look in S3.
   *
   * @param id the job's id, with or without the owner's name
   * @throws ProblemException if the caller has no such job
   */
  JobSnapshot find(Caller caller, String id) {
    if (!caller.isValidJobId(id)) {
      throw new ProblemException(Problem.noSuchJob());
    }
    return findByFullId(caller.qualify(id))
        .orElseThrow(() -> new ProblemException(Problem.noSuchJob()));
  }

  /**
   * Finds the job with the full id, in the view or in S3. A completed job that has left the view
   * stays completed, whatever became of later requests with its id.
   */
  Optional<JobSnapshot> findByFullId(String id) {
    Optional<JobSnapshot> viewed = view.find(id);
    if (viewed.isEmpty()) {
      return archive.find(id);
    }
    return viewed.get().mayHaveStoredResult() ? findResult(id).or(() -> viewed) : viewed;
  }

  // Without S3 the view answers.
  private Optional<JobSnapshot> findResult(String id) {
    try {
      return archive.find(id);
    } catch (StorageException e) {
      LOG.warnf("could not look up job %s in S3: %s", id, e.getMessage());
      return Optional.empty();
    }
  }

  /** The job once it has ended, or its state after the timeout. */
  Uni<JobSnapshot> awaitEnd(JobSnapshot job, Duration timeout) {
    return job.isEnded() || timeout.isZero()
        ? Uni.createFrom().item(job)
        : awaitState(job.id(), JobSnapshot::isEnded, timeout)
            .onItem()
            .transform(found -> found.orElse(job));
  }

  /** The same as the other method of this name, for a job that may have ended before. */
  public Uni<JobSnapshot> awaitEndOfNew(JobSnapshot job, ModelPool pool, Duration timeout) {
    return job.isEnded()
        ? Uni.createFrom().item(job)
        : awaitEndOfNew(job.id(), pool, timeout).map(found -> found.orElse(job));
  }

  /**
   * The new job once it has ended, or its state after the timeout; empty if unknown. While no
   * worker of the pool is running, the timeout is at most {@code
   * sanaq.gateway.worker-start-timeout}.
   *
   * @param pool that the job was sent to
   */
  public Uni<Optional<JobSnapshot>> awaitEndOfNew(String id, ModelPool pool, Duration timeout) {
    Duration first = backlog.noWorkerReason(pool).isEmpty() ? timeout : config.workerStartTimeout();
    if (first.compareTo(timeout) >= 0) {
      return awaitState(id, JobSnapshot::isEnded, timeout);
    }
    return awaitState(id, JobSnapshot::isEnded, first)
        .flatMap(
            job ->
                job.filter(JobSnapshot::isEnded).isPresent()
                        || backlog.noWorkerReason(pool).isPresent()
                    ? Uni.createFrom().item(job)
                    : awaitState(id, JobSnapshot::isEnded, timeout.minus(first)));
  }

  /** The job once it meets the condition, or its state after the timeout; empty if unknown. */
  public Uni<Optional<JobSnapshot>> awaitState(
      String id, Predicate<JobSnapshot> condition, Duration timeout) {
    if (timeout.isZero()) {
      return Uni.createFrom().item(view.find(id));
    }
    return Uni.createFrom()
        .<Optional<JobSnapshot>>emitter(
            emitter -> {
              Runnable unwatch =
                  view.watch(
                      id,
                      job -> {
                        if (condition.test(job)) {
                          emitter.complete(Optional.of(job));
                        }
                      });
              emitter.onTermination(unwatch);
            })
        .ifNoItem()
        .after(timeout)
        .recoverWithItem(() -> view.find(id))
        // The view's watcher must not block: continue on another thread.
        .emitOn(Infrastructure.getDefaultExecutor());
  }

  /**
   * Sends a cancellation and blocks until Kafka has it. The terminal event shows whether it came in
   * time.
   *
   * @throws ProblemException if the job has ended
   */
  void cancel(JobSnapshot job) {
    requireNotEnded(job);
    cancel(job.id(), "");
  }

  /**
   * Sends a cancellation without looking at the job.
   *
   * @param id the job's full id
   * @param reason for people; empty for none
   */
  public void cancel(String id, String reason) {
    requestSender.cancel(id, reason);
  }

  /**
   * Checks that a job can be cancelled.
   *
   * @throws ProblemException if it has ended
   */
  static void requireNotEnded(JobSnapshot job) {
    if (job.isEnded()) {
      throw new ProblemException(Problem.jobAlreadyEnded(job.id(), job.state().label()));
    }
  }
}
