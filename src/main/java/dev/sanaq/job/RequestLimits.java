package dev.sanaq.job;

import java.util.List;

/**
 * What a request may ask for at most.
 *
 * @param maxPromptLength characters of the prompt, and of the negative prompt
 * @param maxSide pixels of width and of height
 * @param maxSteps denoising steps
 * @param maxGuidanceScale guidance
 * @param maxCount images a request
 * @param maxMetadataLength characters of the metadata, names and values together
 * @param allowHttpCallbacks whether a callback's address may be http, besides https
 * @param allowHttpUploads the same for the addresses that images are to be put to
 * @param defaultLocation where images go unless the request names a place
 * @param allowedLocations the places that a request may name, {@code home} included
 */
public record RequestLimits(
    int maxPromptLength,
    int maxSide,
    int maxSteps,
    double maxGuidanceScale,
    int maxCount,
    int maxMetadataLength,
    boolean allowHttpCallbacks,
    boolean allowHttpUploads,
    OutputLocation defaultLocation,
    List<OutputLocation> allowedLocations) {
  public RequestLimits {
    allowedLocations = List.copyOf(allowedLocations);
  }
}
