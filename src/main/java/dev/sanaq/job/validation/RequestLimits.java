package dev.sanaq.job.validation;

import dev.sanaq.job.OutputLocation;
import java.util.List;

/**
 * The limits of a request.
 *
 * @param maxPromptLength characters of the prompt and of the negative prompt, each
 * @param maxSide pixels of the width and of the height, each
 * @param maxSteps denoising steps
 * @param maxGuidanceScale guidance scale
 * @param maxCount images of a request
 * @param maxCandidates images that are generated for a request that keeps the best
 * @param maxMetadataLength characters of the metadata, names and values together
 * @param allowHttpCallbacks whether callback URLs may be http besides https
 * @param allowHttpUploads whether upload URLs may be http besides https
 * @param defaultLocation where images are stored if the request has no output location
 * @param allowedLocations the locations that a request may name, the default included
 * @param adapterLocations where an adapter may be that a request names by its URI
 */
public record RequestLimits(
    int maxPromptLength,
    int maxSide,
    int maxSteps,
    double maxGuidanceScale,
    int maxCount,
    int maxCandidates,
    int maxMetadataLength,
    boolean allowHttpCallbacks,
    boolean allowHttpUploads,
    OutputLocation defaultLocation,
    List<OutputLocation> allowedLocations,
    List<OutputLocation> adapterLocations) {
  public RequestLimits {
    allowedLocations = List.copyOf(allowedLocations);
    adapterLocations = List.copyOf(adapterLocations);
  }
}
