package dev.sanaq.worker;

import dev.sanaq.image.PngEncoder;
import dev.sanaq.image.RgbImage;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobOutcome.Completed;
import dev.sanaq.job.StoredImage;
import dev.sanaq.sana.Drawing;
import dev.sanaq.sana.Drawn;
import dev.sanaq.sana.Painter;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.storage.ResultStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Draws a job's pictures and puts them on the storage. One thread, the drawing one. */
final class Studio {
  private final Painter painter;
  private final ResultStore store;
  private final EngineWatch watch;
  private final Clock clock;
  private final String worker;

  Studio(Painter painter, ResultStore store, EngineWatch watch, Clock clock, String worker) {
    this.painter = painter;
    this.store = store;
    this.watch = watch;
    this.clock = clock;
    this.worker = worker;
  }

  /** The job's result, its pictures stored; its marker is not written yet. */
  Completed make(Job job, ProgressTeller progress) {
    Drawn drawn = draw(job, progress);
    if (drawn.images().size() != job.count()) {
      throw new IllegalStateException(
          "asked for %d pictures, got %d".formatted(job.count(), drawn.images().size()));
    }
    Map<String, Double> timings = new LinkedHashMap<>();
    drawn.timings().forEach((stage, time) -> timings.put(stage, seconds(time)));
    long began = System.nanoTime();
    List<StoredImage> images = new ArrayList<>();
    for (RgbImage image : drawn.images()) {
      progress.checkAbandoned();
      byte[] png = PngEncoder.encode(image);
      images.add(store.store(job, images.size(), png, image.width(), image.height()));
    }
    timings.put("store", seconds(Duration.ofNanos(System.nanoTime() - began)));
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

  private Drawn draw(Job job, ProgressTeller progress) {
    watch.sign();
    try {
      return painter.draw(
          drawing(job),
          (done, steps) -> {
            watch.sign();
            progress.stepped(done, steps);
          });
    } finally {
      watch.idle();
    }
  }

  private static Drawing drawing(Job job) {
    return new Drawing(
        job.prompt(),
        job.negativePrompt(),
        job.width(),
        job.height(),
        job.steps(),
        job.guidanceScale(),
        job.seed(),
        job.count(),
        SolverKind.of(job.solver()),
        job.resolutionBinning(),
        true);
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1000.0;
  }
}
