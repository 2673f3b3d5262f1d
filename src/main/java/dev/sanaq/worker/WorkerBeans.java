package dev.sanaq.worker;

import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.event.EventsConfig;
import dev.sanaq.kafka.event.ProgressSink;
import dev.sanaq.kafka.request.LimitsConfig;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.adapter.AdapterConfig;
import dev.sanaq.storage.input.InputConfig;
import dev.sanaq.worker.consume.CancellationSource;
import dev.sanaq.worker.consume.WorkerChannels;
import dev.sanaq.worker.encode.C2paConfig;
import dev.sanaq.worker.finish.UploadConfig;
import dev.sanaq.worker.requests.IncomingRequests;
import dev.sanaq.worker.safety.SafetyConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;

/** Produces the worker's settings, channels and telemetry from Quarkus' beans. */
@Dependent
class WorkerBeans {
  @Produces
  @Singleton
  WorkerSettings settings(
      WorkerConfig worker,
      LimitsConfig limits,
      StorageConfig storage,
      TopicsConfig topics,
      EventsConfig events,
      UploadConfig uploads,
      AdapterConfig adapters,
      InputConfig inputs,
      SafetyConfig safety,
      C2paConfig c2pa,
      @Identifier("default-kafka-broker") Map<String, Object> kafka) {
    return new WorkerSettings(
        worker, limits, storage, topics, events, uploads, adapters, inputs, safety, c2pa, kafka);
  }

  @Produces
  @Singleton
  WorkerChannels channels(
      ProgressSink progress, CancellationSource cancellations, IncomingRequests requests) {
    return new WorkerChannels(progress, cancellations, requests);
  }

  @Produces
  @Singleton
  WorkerTelemetry telemetry(MeterRegistry meters, OpenTelemetry tracing) {
    return new WorkerTelemetry(meters, tracing);
  }
}
