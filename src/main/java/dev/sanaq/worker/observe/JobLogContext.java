package dev.sanaq.worker.observe;

import org.jboss.logging.MDC;

/** Adds the job's id to log messages, as an MDC field, until it is closed. */
public final class JobLogContext implements AutoCloseable {
  private static final String JOB_ID_KEY = "jobId";

  private JobLogContext() {}

  public static JobLogContext of(String jobId) {
    MDC.put(JOB_ID_KEY, jobId);
    return new JobLogContext();
  }

  @Override
  public void close() {
    MDC.remove(JOB_ID_KEY);
  }
}
