package dev.sanaq.worker;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;

/**
 * Where a worker reports to.
 *
 * @param meters metrics
 * @param tracing traces
 */
public record WorkerTelemetry(MeterRegistry meters, OpenTelemetry tracing) {}
