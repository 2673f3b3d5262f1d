package dev.sanaq.worker.run;

import dev.sanaq.job.Job;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.ImagePreview;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.kafka.event.ProgressSink;
import dev.sanaq.sana.preview.Preview;
import dev.sanaq.worker.queue.JobExecution;
import java.util.List;
import java.util.function.Supplier;

/** Sends started and progress events at once, outside of transactions. Any number of threads. */
public final class JobProgressSender {
  private final JobEventFactory events;
  private final ProgressSink sink;
  private final String workerId;
  private final boolean sendsPreviews;

  /**
   * @param sendsPreviews whether the jobs that ask for previews get them. Never while images are
   *     checked: a preview would show an image before its check
   */
  public JobProgressSender(
      JobEventFactory events, ProgressSink sink, String workerId, boolean sendsPreviews) {
    this.events = events;
    this.sink = sink;
    this.workerId = workerId;
    this.sendsPreviews = sendsPreviews;
  }

  void sendStarted(JobExecution execution) {
    send(execution, events.started(execution.job(), workerId, execution.recordHash()));
  }

  /**
   * Sends the progress of a job.
   *
   * @param previews makes the previews of its images; called only if they are sent
   */
  void sendProgress(JobExecution execution, int done, int steps, Supplier<List<Preview>> previews) {
    Job job = execution.job();
    // Which candidates are kept is not known before the last step.
    boolean shown = sendsPreviews && job.previews() && job.candidates() == 0;
    List<ImagePreview> encoded = shown ? PreviewEncoder.encode(previews.get()) : List.of();
    send(execution, events.progress(job, done, steps, encoded));
  }

  private void send(JobExecution execution, CloudEvent event) {
    execution.setLastProgressSend(sink.send(event));
  }
}
