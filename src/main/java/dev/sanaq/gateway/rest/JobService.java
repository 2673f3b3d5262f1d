package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.auth.Caller;
import dev.sanaq.gateway.lifecycle.GatewayComponents;
import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobView;
import dev.sanaq.kafka.request.RequestProducer;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/** A caller's jobs: found, waited for, taken back. Any number of threads. */
@ApplicationScoped
public class JobService {
  private final GatewayLifecycle gateway;

  JobService(GatewayLifecycle gateway) {
    this.gateway = gateway;
  }

  /**
   * The job of that id, full or without the owner's name; blocks where the storage is asked.
   *
   * @throws ProblemException where the caller has none of that id
   */
  JobSnapshot find(Caller caller, String id) {
    if (!caller.isValidJobId(id)) {
      throw new ProblemException(Problem.noSuchJob());
    }
    return findByFullId(caller.qualify(id))
        .orElseThrow(() -> new ProblemException(Problem.noSuchJob()));
  }

  /** The job of that full id, in the view or on the storage. */
  Optional<JobSnapshot> findByFullId(String id) {
    GatewayComponents parts = gateway.requireReady();
    Optional<JobSnapshot> viewed = parts.view().find(id);
    return viewed.isPresent() ? viewed : parts.archive().find(id);
  }

  /** The job once it has ended, or as it is when patience is over. */
  Uni<JobSnapshot> awaitEnd(JobSnapshot job, Duration patience) {
    return job.isEnded() || patience.isZero()
        ? Uni.createFrom().item(job)
        : awaitState(job.id(), JobSnapshot::isEnded, patience)
            .onItem()
            .transform(found -> found.orElse(job));
  }

  /** The job once the view has it so, or as it is then; empty where it is not in the view. */
  public Uni<Optional<JobSnapshot>> awaitState(
      String id, Predicate<JobSnapshot> wanted, Duration patience) {
    JobView view = gateway.requireReady().view();
    return Uni.createFrom()
        .<Optional<JobSnapshot>>emitter(
            emitter -> {
              Runnable end =
                  view.watch(
                      id,
                      job -> {
                        if (wanted.test(job)) {
                          emitter.complete(Optional.of(job));
                        }
                      });
              emitter.onTermination(end);
            })
        .ifNoItem()
        .after(patience)
        .recoverWithItem(() -> view.find(id))
        // Whoever brought the news goes on with the next.
        .emitOn(Infrastructure.getDefaultExecutor());
  }

  /**
   * Takes a job back; whether it came in time, its end tells. Blocks until Kafka has it.
   *
   * @throws ProblemException where the job has ended
   */
  void cancel(JobSnapshot job) {
    requireNotEnded(job);
    RequestProducer requests = gateway.requireReady().requestProducer();
    requests.cancel(job.id(), "");
  }

  /** Refuses to cancel what has ended. */
  static void requireNotEnded(JobSnapshot job) {
    if (job.isEnded()) {
      throw new ProblemException(
          Problem.jobAlreadyEnded(job.id(), job.state().label()));
    }
  }
}
