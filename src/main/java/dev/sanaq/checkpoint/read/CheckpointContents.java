package dev.sanaq.checkpoint.read;

import dev.sanaq.checkpoint.config.AutoencoderConfig;
import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.checkpoint.config.SchedulerConfig;
import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.config.TransformerConfig;
import java.util.Map;

/**
 * Everything read from a checkpoint's files: the model index, the configs, the step caches, and the
 * header of every weight file. Not the weights themselves.
 */
record CheckpointContents(
    ModelIndex index,
    TransformerConfig transformer,
    AutoencoderConfig autoencoder,
    TextEncoderConfig textEncoder,
    SchedulerConfig scheduler,
    StepCacheFile stepCache,
    Map<Component, OpenedWeights> weights) {
  CheckpointContents {
    weights = Map.copyOf(weights);
  }
}
