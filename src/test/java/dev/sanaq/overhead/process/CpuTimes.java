package dev.sanaq.overhead.process;

import dev.sanaq.testing.process.ManagedProcess;
import java.time.Duration;

/**
 * The processor time that each process has used so far, user's and system's.
 *
 * @param worker the worker, with the processes it has started
 * @param broker the broker
 * @param storage the storage
 * @param load this process: it sends requests and reads events
 */
public record CpuTimes(Duration worker, Duration broker, Duration storage, Duration load) {
  public static CpuTimes now(ManagedProcess worker, TestBed stand) {
    return new CpuTimes(
        ofProcessTree(worker.pid()),
        of(process(stand.broker().pid())),
        of(process(stand.storage().pid())),
        of(ProcessHandle.current()));
  }

  public CpuTimes since(CpuTimes before) {
    return new CpuTimes(
        worker.minus(before.worker),
        broker.minus(before.broker),
        storage.minus(before.storage),
        load.minus(before.load));
  }

  private static Duration ofProcessTree(long pid) {
    return process(pid).descendants().map(CpuTimes::of).reduce(of(process(pid)), Duration::plus);
  }

  private static ProcessHandle process(long pid) {
    return ProcessHandle.of(pid)
        .orElseThrow(() -> new AssertionError("process %d is gone".formatted(pid)));
  }

  private static Duration of(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }
}
