package dev.sanaq.worker;

import org.jboss.logging.MDC;

/** What is logged until this is closed bears the job's id, as a field of its own in JSON logs. */
final class LogScope implements AutoCloseable {
  private static final String JOB = "jobId";

  private LogScope() {}

  static LogScope of(String jobId) {
    MDC.put(JOB, jobId);
    return new LogScope();
  }

  @Override
  public void close() {
    MDC.remove(JOB);
  }
}
