package dev.sanaq.worker;

import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.event.EventsConfig;
import dev.sanaq.kafka.request.LimitsConfig;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.adapter.AdapterConfig;
import dev.sanaq.storage.input.InputConfig;
import dev.sanaq.worker.encode.C2paConfig;
import dev.sanaq.worker.finish.UploadConfig;
import dev.sanaq.worker.safety.SafetyConfig;
import java.util.Map;

/**
 * The configuration of a worker.
 *
 * @param worker the worker's own
 * @param limits of requests
 * @param storage S3
 * @param topics names of the topics
 * @param events of jobs
 * @param uploads to presigned URLs
 * @param adapters that requests name by their URI
 * @param inputs images that requests name
 * @param safety checks of prompts and images
 * @param c2pa signed provenance of images
 * @param kafka connection properties, as Kafka's clients name them
 */
public record WorkerSettings(
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
    Map<String, Object> kafka) {}
