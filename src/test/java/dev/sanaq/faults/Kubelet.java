package dev.sanaq.faults;

import dev.sanaq.manifests.PodTerms;
import java.time.Duration;

/** Ends a process as Kubernetes ends a pod's. */
final class Kubelet {
  /**
   * How a process came to its end.
   *
   * @param killed whether the grace period was not enough
   * @param took from the decision to the end
   */
  record End(boolean killed, int exitCode, Duration took) {}

  private Kubelet() {}

  /** Waits as long as preStop, sends SIGTERM, and SIGKILL when the grace period is over. */
  static End end(Managed process, PodTerms terms) {
    long began = System.nanoTime();
    Await.pause(terms.preStop());
    process.terminate();
    long until = began + terms.grace().toNanos();
    while (process.alive() && System.nanoTime() - until < 0) {
      Await.pause(Duration.ofMillis(20));
    }
    boolean killed = process.alive();
    if (killed) {
      process.kill();
    }
    int code = process.exitCode(Duration.ofSeconds(20));
    return new End(killed, code, Duration.ofNanos(System.nanoTime() - began));
  }
}
