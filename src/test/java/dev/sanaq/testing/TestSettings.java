package dev.sanaq.testing;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.event.EventsConfig;
import dev.sanaq.kafka.request.LimitsConfig;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.adapter.AdapterConfig;
import dev.sanaq.storage.input.InputConfig;
import dev.sanaq.worker.WorkerConfig;
import dev.sanaq.worker.WorkerSettings;
import dev.sanaq.worker.WorkerTelemetry;
import dev.sanaq.worker.encode.C2paConfig;
import dev.sanaq.worker.finish.UploadConfig;
import dev.sanaq.worker.safety.SafetyConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;

/** Configuration from a map, with the program's defaults. */
public final class TestSettings {
  private TestSettings() {}

  /** Returns one configuration mapping. */
  public static <T> T mapping(Class<T> type, Map<String, String> values) {
    return config(values).getConfigMapping(type);
  }

  /** Returns all settings of a worker. */
  public static WorkerSettings of(Map<String, String> values) {
    SmallRyeConfig config = config(values);
    Map<String, Object> kafka = new HashMap<>();
    kafka.put("bootstrap.servers", config.getValue("kafka.bootstrap.servers", String.class));
    return new WorkerSettings(
        config.getConfigMapping(WorkerConfig.class),
        config.getConfigMapping(LimitsConfig.class),
        config.getConfigMapping(StorageConfig.class),
        config.getConfigMapping(TopicsConfig.class),
        config.getConfigMapping(EventsConfig.class),
        config.getConfigMapping(UploadConfig.class),
        config.getConfigMapping(AdapterConfig.class),
        config.getConfigMapping(InputConfig.class),
        config.getConfigMapping(SafetyConfig.class),
        config.getConfigMapping(C2paConfig.class),
        kafka);
  }

  /** Returns telemetry that discards metrics and traces. */
  public static WorkerTelemetry noTelemetry() {
    return new WorkerTelemetry(new SimpleMeterRegistry(), OpenTelemetry.noop());
  }

  private static SmallRyeConfig config(Map<String, String> values) {
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .withMapping(GatewayConfig.class)
        .withMapping(WorkerConfig.class)
        .withMapping(LimitsConfig.class)
        .withMapping(StorageConfig.class)
        .withMapping(TopicsConfig.class)
        .withMapping(EventsConfig.class)
        .withMapping(UploadConfig.class)
        .withMapping(AdapterConfig.class)
        .withMapping(InputConfig.class)
        .withMapping(SafetyConfig.class)
        .withMapping(C2paConfig.class)
        .withDefaultValues(values)
        .build();
  }
}
