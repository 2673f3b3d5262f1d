package dev.sanaq.worker.run;

import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.kafka.event.ProgressSink;
import dev.sanaq.worker.queue.JobExecution;

/** Sends started and progress events at once, outside of transactions. Any number of threads. */
public final class JobProgressSender {
  private final JobEventFactory events;
  private final ProgressSink sink;
  private final String workerId;

  public JobProgressSender(JobEventFactory events, ProgressSink sink, String workerId) {
    this.events = events;
    this.sink = sink;
    this.workerId = workerId;
  }

  void sendStarted(JobExecution execution) {
    send(execution, events.started(execution.job(), workerId, execution.recordHash()));
  }

  void sendProgress(JobExecution execution, int done, int steps) {
    send(execution, events.progress(execution.job(), done, steps));
  }

  private void send(JobExecution execution, CloudEvent event) {
    execution.setLastProgressSend(sink.send(event));
  }
}
