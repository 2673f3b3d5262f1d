package dev.sanaq.worker.observe;

import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.JobOutcome.Failed;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.common.header.Headers;

/** A job's span, with one for each of its stages. Any number of threads. */
public final class JobSpan {
  private final Tracer tracer;
  private final Context context;
  private final Span span;

  JobSpan(Tracer tracer, Context sender, Span span) {
    this.tracer = tracer;
    this.context = sender.with(span);
    this.span = span;
  }

  /** A stage of the job, now that it is over. */
  public void recordStage(String name, Instant began, Instant ended) {
    tracer.spanBuilder(name).setParent(context).setStartTimestamp(began).startSpan().end(ended);
  }

  /** Makes an event part of the trace. */
  public void inject(Headers headers) {
    W3CTraceContextPropagator.getInstance()
        .inject(
            context,
            headers,
            (carrier, key, value) -> {
              if (carrier != null) {
                carrier.remove(key);
                carrier.add(key, value.getBytes(StandardCharsets.UTF_8));
              }
            });
  }

  /** The job has ended. */
  public void end(JobOutcome outcome) {
    span.setAttribute("sanaq.job.outcome", outcome.label());
    if (outcome instanceof Failed failed) {
      span.setStatus(StatusCode.ERROR, failed.error().code().label());
      span.setAttribute("error.type", failed.error().code().label());
    }
    span.end();
  }

  /** The job is another worker's. */
  public void abandon() {
    span.setAttribute("sanaq.job.outcome", "given up");
    span.end();
  }
}
