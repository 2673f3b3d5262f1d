package dev.sanaq.worker.observe;

import org.jboss.logging.MDC;

/** What is logged until this is closed bears the job's id, as a field of its own in JSON logs. */
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
