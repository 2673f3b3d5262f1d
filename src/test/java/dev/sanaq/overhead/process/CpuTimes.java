package dev.sanaq.overhead.process;

import dev.sanaq.testing.process.ManagedProcess;
import java.time.Duration;

/**
 * The CPU time of each process so far, user and system time together.
 *
 * @param worker the worker, with its child processes
 * @param broker the broker
 * @param storage the S3 server
 * @param load this process, which sends requests and reads events
 */
public record CpuTimes(Duration worker, Duration broker, Duration storage, Duration load) {
  public static CpuTimes now(ManagedProcess worker, TestBed testBed) {
    return new CpuTimes(
        ofProcessTree(worker.pid()),
        of(process(testBed.broker().pid())),
        of(process(testBed.storage().pid())),
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
        .orElseThrow(() -> new AssertionError("process %s has exited".formatted(pid)));
  }

  private static Duration of(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }
}
