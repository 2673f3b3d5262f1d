package dev.sanaq.worker.consume;

import dev.sanaq.kafka.event.ProgressSink;

/**
 * What a worker reads and writes beside its own consumer and its transactions. Channels in
 * production; each worker of a JVM has its own.
 *
 * @param progress takes started and progress events
 * @param cancellations the worker starts and stops it
 */
public record WorkerChannels(ProgressSink progress, CancellationSource cancellations) {}
