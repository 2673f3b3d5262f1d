package dev.sanaq.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class IdleShutdownTest {
  @Test
  void idleTimeout_waitsWhileBusy_firesOnceIdle() throws InterruptedException {
    AtomicBoolean busy = new AtomicBoolean(true);
    CountDownLatch stopped = new CountDownLatch(1);
    IdleShutdown.start(busy::get, Duration.ofMillis(400), stopped::countDown);
    // Real time: the thread of IdleShutdown has no clock to set.
    assertThat(stopped.await(1500, TimeUnit.MILLISECONDS)).as("stopped while busy").isFalse();
    busy.set(false);
    long start = System.nanoTime();
    assertThat(stopped.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(200));
  }
}
