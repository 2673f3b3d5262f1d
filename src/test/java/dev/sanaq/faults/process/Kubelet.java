package dev.sanaq.faults.process;

import dev.sanaq.manifests.PodTermination;
import dev.sanaq.testing.Pause;
import dev.sanaq.testing.process.ManagedProcess;
import java.time.Duration;

/** Ends a process as Kubernetes ends a pod's. */
public final class Kubelet {
  /**
   * How a process came to its end.
   *
   * @param killed whether the grace period was not enough
   * @param duration from the decision to the end
   */
  public record Termination(boolean killed, int exitCode, Duration duration) {}

  private Kubelet() {}

  /** Waits as long as preStop, sends SIGTERM, and SIGKILL when the grace period is over. */
  public static Termination terminate(ManagedProcess process, PodTermination terms) {
    long began = System.nanoTime();
    Pause.of(terms.preStop());
    process.terminate();
    long until = began + terms.gracePeriod().toNanos();
    while (process.isAlive() && System.nanoTime() - until < 0) {
      Pause.of(Duration.ofMillis(20));
    }
    boolean killed = process.isAlive();
    if (killed) {
      process.kill();
    }
    int code = process.exitCode(Duration.ofSeconds(20));
    return new Termination(killed, code, Duration.ofNanos(System.nanoTime() - began));
  }
}
