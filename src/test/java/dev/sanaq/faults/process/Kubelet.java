package dev.sanaq.faults.process;

import dev.sanaq.manifests.PodTermination;
import dev.sanaq.testing.Pause;
import dev.sanaq.testing.process.ManagedProcess;
import java.time.Duration;

/** Terminates a process as Kubernetes terminates a pod. */
public final class Kubelet {
  /**
   * The end of a process.
   *
   * @param killed whether it did not exit within the grace period
   * @param duration from the start of the termination to the exit
   */
  public record Termination(boolean killed, int exitCode, Duration duration) {}

  private Kubelet() {}

  /** Waits for preStop, sends SIGTERM, and sends SIGKILL at the end of the grace period. */
  public static Termination terminate(ManagedProcess process, PodTermination termination) {
    long startNanos = System.nanoTime();
    Pause.of(termination.preStop());
    process.terminate();
    long deadline = startNanos + termination.gracePeriod().toNanos();
    while (process.isAlive() && System.nanoTime() - deadline < 0) {
      Pause.of(Duration.ofMillis(20));
    }
    boolean killed = process.isAlive();
    if (killed) {
      process.kill();
    }
    int code = process.exitCode(Duration.ofSeconds(20));
    return new Termination(killed, code, Duration.ofNanos(System.nanoTime() - startNanos));
  }
}
