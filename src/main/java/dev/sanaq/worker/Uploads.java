package dev.sanaq.worker;

import dev.sanaq.job.UrlRedaction;
import dev.sanaq.outbound.Gate;
import dev.sanaq.outbound.HttpCalls;
import dev.sanaq.outbound.Outcome;
import dev.sanaq.outbound.Resolver;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpClientOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Puts pictures to the addresses that requests bring, on threads of its own, lest a slow address
 * keep other jobs from being stored. The client is made when the first request brings one.
 */
final class Uploads implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Uploads.class);
  private static final int FIRST_OF_THE_SERVER = 500;
  private static final int TOO_SLOW = 408;
  private static final int TOO_MANY = 429;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofMillis(20);

  private final UploadConfig config;
  private final Gate gate;
  private final ExecutorService threads;
  private @Nullable Client client;

  private record Client(Vertx vertx, HttpCalls calls) {}

  /**
   * @param threads its own from now on
   * @throws IllegalArgumentException where the configuration cannot be meant
   */
  Uploads(UploadConfig config, ExecutorService threads) {
    this.config = config;
    this.gate = new Gate(config.gateRules(), Resolver.PLATFORM);
    this.threads = threads;
  }

  /** Does the work when a thread is free. */
  void execute(Runnable work) {
    threads.execute(work);
  }

  /** Until when what begins now may be tried, by {@link System#nanoTime}. */
  long deadline() {
    return System.nanoTime() + config.patience().toNanos();
  }

  /**
   * Puts a picture, however often it takes; blocks.
   *
   * @param url the address, its secrets included
   * @param contentType {@code image/png}, ...
   * @param deadline as {@link #deadline} has it
   * @param useless asked between tries whether there is any use in going on
   * @throws UploadFailedException where it is refused, or not taken in time
   * @throws AbandonedException where there was no use in going on
   */
  void put(String url, byte[] picture, String contentType, long deadline, BooleanSupplier useless) {
    Map<String, String> headers = Map.of("content-type", contentType, "user-agent", "sanaq");
    for (int tries = 0; true; tries++) {
      Outcome outcome = calls().make(new HttpCalls.Call("PUT", url, headers, picture, tries));
      if (outcome instanceof Outcome.Taken) {
        return;
      }
      Duration pause = pauseAfter(outcome, tries);
      if (isFinal(outcome) || System.nanoTime() + pause.toNanos() - deadline > 0) {
        throw new UploadFailedException(
            "%s did not take the picture: %s".formatted(UrlRedaction.redact(url), reason(outcome)));
      }
      LOG.warnf(
          "%s did not take a picture, try %d: %s",
          UrlRedaction.redact(url), tries + 1, reason(outcome));
      sleep(pause, useless);
    }
  }

  @Override
  public synchronized void close() {
    threads.shutdownNow();
    if (client != null) {
      client.calls().close();
      client.vertx().close();
      client = null;
    }
  }

  private synchronized HttpCalls calls() {
    if (client == null) {
      // Nothing is looked up and no file is served: one thread, and no folder for a cache.
      Vertx vertx =
          Vertx.vertx(
              new VertxOptions()
                  .setEventLoopPoolSize(1)
                  .setWorkerPoolSize(1)
                  .setInternalBlockingPoolSize(1)
                  .setFileSystemOptions(
                      new FileSystemOptions()
                          .setFileCachingEnabled(false)
                          .setClassPathResolvingEnabled(false)));
      HttpClientOptions options = new HttpClientOptions();
      client =
          new Client(
              vertx, new HttpCalls(gate, config.bounds(), Clock.systemUTC(), vertx, options));
    }
    return client.calls();
  }

  // What the sender got wrong stays wrong; a signature does not come back to life.
  private static boolean isFinal(Outcome outcome) {
    if (outcome instanceof Outcome.Failed failed) {
      int status = failed.status();
      return status != 0
          && status < FIRST_OF_THE_SERVER
          && status != TOO_SLOW
          && status != TOO_MANY;
    }
    return true;
  }

  private static Duration pauseAfter(Outcome outcome, int tries) {
    Duration grown = FIRST_PAUSE.multipliedBy(1L << Math.min(tries, 10));
    Duration longest = grown.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : grown;
    // Half of it is chance, so that many do not come back all at once.
    long millis = longest.toMillis();
    Duration pause =
        Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    return outcome instanceof Outcome.Failed failed && failed.retryAfter().compareTo(pause) > 0
        ? failed.retryAfter()
        : pause;
  }

  private static String reason(Outcome outcome) {
    if (outcome instanceof Outcome.Failed failed) {
      return failed.why();
    }
    return outcome instanceof Outcome.Refused refused
        ? "it may not be called, " + refused.why()
        : "answer 410";
  }

  private static void sleep(Duration pause, BooleanSupplier useless) {
    long until = System.nanoTime() + pause.toNanos();
    while (System.nanoTime() - until < 0) {
      if (useless.getAsBoolean()) {
        throw new AbandonedException();
      }
      try {
        Thread.sleep(LOOK.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AbandonedException();
      }
    }
  }
}
