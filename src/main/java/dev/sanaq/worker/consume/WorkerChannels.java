package dev.sanaq.worker.consume;

import dev.sanaq.kafka.event.ProgressSink;
import dev.sanaq.worker.requests.IncomingRequests;

/**
 * What a worker reads and writes beside its transactions. Channels in production; each worker of a
 * JVM has its own.
 *
 * @param progress takes started and progress events
 * @param cancellations the worker starts and stops it
 * @param requests of one worker
 */
public record WorkerChannels(
    ProgressSink progress, CancellationSource cancellations, IncomingRequests requests) {}
