package dev.sanaq.worker;

import dev.sanaq.image.ImageFormat;
import dev.sanaq.image.RgbImage;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobOutcome.Completed;
import dev.sanaq.job.StoredImage;
import dev.sanaq.sana.Drawn;
import dev.sanaq.sana.PictureTexts;
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
 * Encodes pictures, stores them, puts them where the request wants them besides, and writes the
 * marker, away from the device. Pictures that wait for the storage are bounded: past that the
 * drawing thread waits.
 */
final class Finisher {
  private static final int MEGAPIXELS = 128;

  private final ResultStore store;
  private final StorageGate gate;
  private final Uploads uploads;
  private final Claims claims;
  private final Endings endings;
  private final Meters meters;
  private final ExecutorService io;
  private final Clock clock;
  private final String worker;
  private final boolean embedParameters;
  private final Semaphore room = new Semaphore(MEGAPIXELS);

  /**
   * @param embedParameters whether pictures say how they were drawn, where their format can
   */
  Finisher(
      ResultStore store,
      StorageGate gate,
      Uploads uploads,
      Claims claims,
      Endings endings,
      Meters meters,
      ExecutorService io,
      Clock clock,
      String worker,
      boolean embedParameters) {
    this.store = store;
    this.gate = gate;
    this.uploads = uploads;
    this.claims = claims;
    this.endings = endings;
    this.meters = meters;
    this.io = io;
    this.clock = clock;
    this.worker = worker;
    this.embedParameters = embedParameters;
  }

  /**
   * Takes over a job that is drawn; waits only while too many are not stored yet.
   *
   * @param share the job's part of the time that the device took
   */
  void finish(Work work, Drawn drawn, Duration share) throws InterruptedException {
    int megapixels = megapixels(drawn);
    room.acquire(megapixels);
    io.execute(
        () -> {
          try {
            attempt(work, () -> store(work, drawn, share));
          } finally {
            room.release(megapixels);
          }
        });
  }

  private void attempt(Work work, Runnable step) {
    Ticket ticket = work.ticket();
    try {
      step.run();
    } catch (AbandonedException | OutageException e) {
      claims.giveBack(ticket, work.attempt());
      endings.giveUp(ticket);
    } catch (Throwable e) {
      endings.end(ticket, Failures.of(ticket.job(), e, work.tries()));
    }
  }

  private void store(Work work, Drawn drawn, Duration share) {
    Ticket ticket = work.ticket();
    Instant began = clock.instant();
    List<StoredImage> images = stored(ticket, drawn);
    if (ticket.job().uploadUrls().isEmpty()) {
      commit(ticket, completed(ticket.job(), images, drawn, share, began), began);
      return;
    }
    // What is put elsewhere is read again when its turn comes: until then it takes no memory.
    Drawn timings = new Drawn(List.of(), drawn.timings());
    uploads.execute(
        () ->
            attempt(
                work,
                () -> {
                  upload(ticket, images);
                  Job job = ticket.job();
                  commit(ticket, completed(job, images, timings, share, began), began);
                }));
  }

  private List<StoredImage> stored(Ticket ticket, Drawn drawn) {
    Job job = ticket.job();
    if (drawn.images().size() != job.count()) {
      throw new IllegalStateException(
          "asked for %d pictures, got %d".formatted(job.count(), drawn.images().size()));
    }
    ImageFormat format =
        ImageFormat.of(job.format())
            .orElseThrow(() -> new IllegalStateException("no encoder writes " + job.format()));
    List<StoredImage> images = new ArrayList<>();
    for (RgbImage image : drawn.images()) {
      int index = images.size();
      byte[] file = format.encode(image, job.quality(), texts(ticket, index));
      images.add(
          gate.call(
              () -> store.store(job, index, file, image.width(), image.height()),
              ticket::isAbandoned));
    }
    return images;
  }

  private Map<String, String> texts(Ticket ticket, int index) {
    return embedParameters
        ? PictureTexts.of(ticket.drawing(), ticket.job().model(), index)
        : Map.of();
  }

  private void upload(Ticket ticket, List<StoredImage> images) {
    long deadline = uploads.deadline();
    for (int i = 0; i < images.size(); i++) {
      StoredImage image = images.get(i);
      byte[] file = gate.call(() -> store.read(image), ticket::isAbandoned);
      uploads.put(
          ticket.job().uploadUrls().get(i),
          file,
          "image/" + image.format(),
          deadline,
          ticket::isAbandoned);
    }
  }

  // Last of all: whoever finds the marker finds everything that it names, and where it was wanted.
  private void commit(Ticket ticket, Completed result, Instant began) {
    Committed committed = gate.call(() -> store.commit(result), ticket::isAbandoned);
    meters.stages(Map.of("store", Duration.between(began, clock.instant())));
    ticket.trace().stage("store", began, clock.instant());
    endings.end(
        ticket,
        committed instanceof Committed.Ours ours
            ? ours.result()
            : Claims.sameOrConflict(ticket.job(), ((Committed.Theirs) committed).result()));
  }

  private Completed completed(
      Job job, List<StoredImage> images, Drawn drawn, Duration share, Instant began) {
    Map<String, Double> timings = new LinkedHashMap<>();
    drawn.timings().forEach((stage, time) -> timings.put(stage, seconds(time)));
    timings.put("store", seconds(Duration.between(began, clock.instant())));
    return new Completed(
        job.id(),
        job.fingerprint(),
        clock.instant(),
        images,
        job.asRequest(),
        timings,
        seconds(share),
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
