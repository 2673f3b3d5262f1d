package dev.sanaq.gateway;

import dev.sanaq.event.Requests;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/** A caller's jobs: found, waited for, taken back. Any number of threads. */
@ApplicationScoped
public class Jobs {
  private final GatewayService gateway;

  Jobs(GatewayService gateway) {
    this.gateway = gateway;
  }

  /**
   * The job of that id, full or without the owner's name; blocks where the storage is asked.
   *
   * @throws ProblemException where the caller has none of that id
   */
  ViewedJob find(Caller caller, String id) {
    if (!caller.canName(id)) {
      throw new ProblemException(Problem.noSuchJob());
    }
    return known(caller.scoped(id)).orElseThrow(() -> new ProblemException(Problem.noSuchJob()));
  }

  /** The job of that full id, in the view or on the storage. */
  Optional<ViewedJob> known(String id) {
    Gateway parts = gateway.running();
    Optional<ViewedJob> viewed = parts.view().find(id);
    return viewed.isPresent() ? viewed : parts.shelf().find(id);
  }

  /** The job once it has ended, or as it is when patience is over. */
  Uni<ViewedJob> ended(ViewedJob job, Duration patience) {
    return job.ended() || patience.isZero()
        ? Uni.createFrom().item(job)
        : when(job.id(), ViewedJob::ended, patience).onItem().transform(found -> found.orElse(job));
  }

  /** The job once the view has it so, or as it is then; empty where it is not in the view. */
  Uni<Optional<ViewedJob>> when(String id, Predicate<ViewedJob> wanted, Duration patience) {
    JobView view = gateway.running().view();
    return Uni.createFrom()
        .<Optional<ViewedJob>>emitter(
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
  void cancel(ViewedJob job) {
    refuseEnded(job);
    Requests requests = gateway.running().requests();
    requests.cancel(job.id(), "");
  }

  /** Refuses to cancel what has ended. */
  static void refuseEnded(ViewedJob job) {
    if (job.ended()) {
      throw new ProblemException(
          Problem.of(
              409,
              "ended",
              "Too late",
              "job %s is %s already".formatted(job.id(), job.state().label())));
    }
  }
}
