package dev.sanaq.gateway.pool;

import java.time.Duration;

/**
 * The workers of one model, as the gateway's settings describe them.
 *
 * @param model the model's name in requests and in the reports of its workers; empty for the only
 *     pool of a gateway that is not configured for several models
 * @param topic of its requests
 * @param group the consumer group of its workers
 * @param maxBacklog new jobs are rejected while the queued work takes longer than this
 * @param estimate what is assumed of the model until a worker has reported it
 */
public record ModelPool(
    String model, String topic, String group, Duration maxBacklog, Estimate estimate) {
  /**
   * What is assumed of a model.
   *
   * @param width pixels of a request without the field
   * @param height pixels of a request without the field
   * @param steps denoising steps of a request without the field
   * @param secondsPerMegapixelStep until the first job has completed
   */
  public record Estimate(int width, int height, int steps, double secondsPerMegapixelStep) {}

  /** Whether the gateway has a setting for this model, so that metrics and messages name it. */
  public boolean isNamed() {
    return !model.isEmpty();
  }
}
