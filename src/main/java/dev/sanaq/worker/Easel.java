package dev.sanaq.worker;

import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.Painter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Draws batch after batch: the device's own thread. What it has drawn the {@link Finisher} stores,
 * while the next one is drawn.
 */
final class Easel implements Runnable {
  private static final Logger LOG = Logger.getLogger(Easel.class);

  private final Painter painter;
  private final Preparer preparer;
  private final Finisher finisher;
  private final Claims claims;
  private final Endings endings;
  private final Needless needless;
  private final Leaving leaving;
  private final Rates rates;
  private final BatchWatch.Context context;
  private final Meters meters;
  private final String worker;

  Easel(
      Painter painter,
      Preparer preparer,
      Finisher finisher,
      Claims claims,
      Endings endings,
      Needless needless,
      Leaving leaving,
      Rates rates,
      BatchWatch.Context context,
      Meters meters,
      String worker) {
    this.painter = painter;
    this.preparer = preparer;
    this.finisher = finisher;
    this.claims = claims;
    this.endings = endings;
    this.needless = needless;
    this.leaving = leaving;
    this.rates = rates;
    this.context = context;
    this.meters = meters;
    this.worker = worker;
  }

  @Override
  public void run() {
    try {
      for (List<Work> batch = preparer.next(); !batch.isEmpty(); batch = preparer.next()) {
        work(batch);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void work(List<Work> batch) throws InterruptedException {
    AtomicBoolean free = new AtomicBoolean();
    Runnable nearlyFree =
        () -> {
          if (free.compareAndSet(false, true)) {
            preparer.nearlyFree();
          }
        };
    try {
      // With a suspect on the device nothing else may be begun before it is off it again.
      boolean alone = batch.get(0).ticket().isSuspect();
      draw(stillWanted(batch), alone ? () -> {} : nearlyFree);
    } finally {
      nearlyFree.run();
    }
  }

  private List<Work> stillWanted(List<Work> batch) {
    List<Work> wanted = new ArrayList<>();
    for (Work work : batch) {
      if (work.ticket().isAbandoned() || leaving.hasBegun()) {
        giveBack(work);
      } else if (needless.end(work.ticket(), work.tries()).isPresent()) {
        dropped(work);
      } else {
        wanted.add(work);
      }
    }
    return wanted;
  }

  private void draw(List<Work> batch, Runnable denoised) throws InterruptedException {
    if (batch.isEmpty()) {
      return;
    }
    meters.began(batch.stream().map(work -> work.ticket().received()).toList());
    batch.forEach(
        work -> context.tell(work, context.events().started(work.ticket().job(), worker)));
    BatchWatch watch = new BatchWatch(batch, needless, leaving, context, denoised);
    Instant began = context.clock().instant();
    List<BatchResult> results;
    try {
      results = drawn(batch, watch);
    } catch (Throwable e) {
      failed(batch, e, denoised);
      return;
    }
    Instant ended = context.clock().instant();
    batch.forEach(work -> trace(work.ticket(), began, ended));
    measure(batch, results, Duration.between(began, ended));
    int pictures = pictures(batch, results);
    for (int i = 0; i < batch.size(); i++) {
      Duration share = share(batch.get(i), pictures, Duration.between(began, ended));
      settle(batch.get(i), results.get(i), share, watch);
    }
  }

  private static void trace(Ticket ticket, Instant began, Instant ended) {
    ticket.trace().stage("wait", ticket.received(), began);
    ticket.trace().stage("draw", began, ended);
  }

  private List<BatchResult> drawn(List<Work> batch, BatchWatch watch) {
    context.engine().sign();
    try {
      return painter.drawTogether(
          batch.stream().map(work -> work.ticket().drawing()).toList(), watch);
    } finally {
      context.engine().idle();
    }
  }

  // One of several may have spoilt it for all: each gets its own chance.
  private void failed(List<Work> batch, Throwable thrown, Runnable denoised)
      throws InterruptedException {
    if (batch.size() == 1) {
      Work work = batch.get(0);
      endings.end(work.ticket(), Failures.of(work.ticket().job(), thrown, work.tries()));
      return;
    }
    LOG.warnf(thrown, "a batch of %d failed; its jobs are drawn one by one", batch.size());
    for (Work work : batch) {
      draw(stillWanted(List.of(work)), denoised);
    }
  }

  private void settle(Work work, BatchResult result, Duration share, BatchWatch watch)
      throws InterruptedException {
    if (result instanceof BatchResult.Done done) {
      meters.stages(done.drawn().timings());
      finisher.finish(work, done.drawn(), share);
    } else if (result instanceof BatchResult.Failed failed) {
      endings.end(work.ticket(), Failures.of(work.ticket().job(), failed.cause(), work.tries()));
    } else if (watch.isLeft(work)) {
      giveBack(work);
    } else {
      dropped(work);
    }
  }

  private void dropped(Work work) {
    needless
        .end(work.ticket(), work.tries())
        .ifPresentOrElse(end -> endings.end(work.ticket(), end), () -> giveBack(work));
  }

  private void giveBack(Work work) {
    claims.giveBack(work.ticket(), work.attempt());
    endings.giveUp(work.ticket());
  }

  private void measure(List<Work> batch, List<BatchResult> results, Duration time) {
    int pictures = pictures(batch, results);
    if (pictures > 0) {
      rates.measured(batch.get(0).ticket().shape(), pictures, time);
    }
  }

  // Those of one batch are of one shape, so that each took as much of the device as the next.
  private static Duration share(Work work, int pictures, Duration time) {
    return pictures == 0
        ? Duration.ZERO
        : time.multipliedBy(work.ticket().job().count()).dividedBy(pictures);
  }

  private static int pictures(List<Work> batch, List<BatchResult> results) {
    int pictures = 0;
    for (int i = 0; i < results.size(); i++) {
      pictures +=
          results.get(i) instanceof BatchResult.Done ? batch.get(i).ticket().job().count() : 0;
    }
    return pictures;
  }
}
