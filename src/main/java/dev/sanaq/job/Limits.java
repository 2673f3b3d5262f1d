package dev.sanaq.job;

import java.util.List;

/**
 * What a request may ask for at most.
 *
 * @param promptLength characters of the prompt, and of the negative prompt
 * @param side pixels of width and of height
 * @param steps denoising steps
 * @param guidanceScale guidance
 * @param count pictures a request
 * @param metadataLength characters of the metadata, names and values together
 * @param httpCallbacks whether a callback's address may be http, besides https
 * @param httpUploads the same for the addresses that pictures are to be put to
 * @param home where pictures go unless the request names a place
 * @param outputs the places that a request may name, {@code home} included
 */
public record Limits(
    int promptLength,
    int side,
    int steps,
    double guidanceScale,
    int count,
    int metadataLength,
    boolean httpCallbacks,
    boolean httpUploads,
    Output home,
    List<Output> outputs) {
  public Limits {
    outputs = List.copyOf(outputs);
  }
}
