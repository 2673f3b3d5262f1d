package dev.sanaq.worker;

import dev.sanaq.image.PngEncoder;
import dev.sanaq.image.RgbImage;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.JobOutcome.Completed;
import dev.sanaq.job.StoredImage;
import dev.sanaq.sana.Drawn;
import dev.sanaq.storage.Committed;
import dev.sanaq.storage.ResultStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;

/**
 * Encodes pictures, stores them and writes the marker, away from the device. Pictures that wait for
 * the storage are bounded: past that the drawing thread waits.
 */
final class Finisher {
  private static final int MEGAPIXELS = 128;

  private final ResultStore store;
  private final StorageGate gate;
  private final Claims claims;
  private final Endings endings;
  private final Meters meters;
  private final ExecutorService io;
  private final Clock clock;
  private final String worker;
  private final Semaphore room = new Semaphore(MEGAPIXELS);

  Finisher(
      ResultStore store,
      StorageGate gate,
      Claims claims,
      Endings endings,
      Meters meters,
      ExecutorService io,
      Clock clock,
      String worker) {
    this.store = store;
    this.gate = gate;
    this.claims = claims;
    this.endings = endings;
    this.meters = meters;
    this.io = io;
    this.clock = clock;
    this.worker = worker;
  }

  /** Takes over a job that is drawn; waits only while too many are not stored yet. */
  void finish(Work work, Drawn drawn) throws InterruptedException {
    int megapixels = megapixels(drawn);
    room.acquire(megapixels);
    io.execute(
        () -> {
          try {
            finishNow(work, drawn);
          } finally {
            room.release(megapixels);
          }
        });
  }

  private void finishNow(Work work, Drawn drawn) {
    Ticket ticket = work.ticket();
    JobOutcome outcome;
    try {
      outcome = stored(ticket, drawn);
    } catch (AbandonedException | OutageException e) {
      claims.giveBack(ticket, work.attempt());
      endings.giveUp(ticket);
      return;
    } catch (Throwable e) {
      outcome = Failures.of(ticket.job(), e, work.tries());
    }
    endings.end(ticket, outcome);
  }

  private JobOutcome stored(Ticket ticket, Drawn drawn) {
    Job job = ticket.job();
    if (drawn.images().size() != job.count()) {
      throw new IllegalStateException(
          "asked for %d pictures, got %d".formatted(job.count(), drawn.images().size()));
    }
    Instant began = clock.instant();
    List<StoredImage> images = new ArrayList<>();
    for (RgbImage image : drawn.images()) {
      byte[] png = PngEncoder.encode(image);
      int index = images.size();
      images.add(
          gate.call(
              () -> store.store(job, index, png, image.width(), image.height()),
              ticket::isAbandoned));
    }
    Duration time = Duration.between(began, clock.instant());
    Completed result = completed(job, images, drawn, time);
    Committed committed = gate.call(() -> store.commit(result), ticket::isAbandoned);
    meters.stages(Map.of("store", time));
    ticket.trace().stage("store", began, clock.instant());
    return committed instanceof Committed.Ours ours
        ? ours.result()
        : Claims.sameOrConflict(job, ((Committed.Theirs) committed).result());
  }

  private Completed completed(Job job, List<StoredImage> images, Drawn drawn, Duration storing) {
    Map<String, Double> timings = new LinkedHashMap<>();
    drawn.timings().forEach((stage, time) -> timings.put(stage, seconds(time)));
    timings.put("store", seconds(storing));
    return new Completed(
        job.id(),
        job.fingerprint(),
        clock.instant(),
        images,
        job.asRequest(),
        timings,
        worker,
        job.model(),
        job.metadata());
  }

  private static int megapixels(Drawn drawn) {
    long pixels =
        drawn.images().stream().mapToLong(image -> (long) image.width() * image.height()).sum();
    return (int) Math.min(MEGAPIXELS, Math.max(1, pixels >> 20));
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1000.0;
  }
}
