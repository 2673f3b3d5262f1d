package dev.sanaq.job;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A valid request with every default resolved.
 *
 * @param id 1 to 128 characters of {@code A-Z a-z 0-9 . _ - :}
 * @param fingerprint hash of the request without its id: equal for equal requests
 * @param prompt the text that the image shows
 * @param negativePrompt the text for the unconditional prediction; may be empty
 * @param width pixels
 * @param height pixels
 * @param steps denoising steps
 * @param guidanceScale classifier-free guidance; none at 1 or less
 * @param guidanceInterval start and stop of the guidance, as fractions of the steps
 * @param seed image i uses {@code seed + i}
 * @param count images, at least 1
 * @param solver the solver's name, for example {@code flow-dpm}
 * @param format the images' format: {@code png}, {@code jpeg} or {@code webp}
 * @param quality 0 to 100, for lossy formats
 * @param resolutionBinning generate the nearest published aspect ratio, then resize and crop
 * @param model the model's name
 * @param adapters LoRA adapters that are applied to the model
 * @param deadline the job fails with {@code deadline_exceeded} if it is not finished by then: not
 *     started later, and stopped between two steps; {@link #NO_DEADLINE} for none
 * @param priority the priority class
 * @param callbackUrl receives the terminal event as a webhook; empty for none
 * @param output where the images are stored
 * @param uploadUrls presigned URLs, one for each image, or empty
 * @param metadata the client's own object, returned in the terminal event
 */
public record Job(
    String id,
    String fingerprint,
    String prompt,
    String negativePrompt,
    int width,
    int height,
    int steps,
    double guidanceScale,
    List<Double> guidanceInterval,
    long seed,
    int count,
    String solver,
    String format,
    int quality,
    boolean resolutionBinning,
    String model,
    List<JobAdapter> adapters,
    Instant deadline,
    Priority priority,
    String callbackUrl,
    OutputLocation output,
    List<String> uploadUrls,
    Map<String, Object> metadata) {
  /** Later than any time. */
  public static final Instant NO_DEADLINE = Instant.MAX;

  public Job {
    guidanceInterval = List.copyOf(guidanceInterval);
    adapters = List.copyOf(adapters);
    uploadUrls = List.copyOf(uploadUrls);
  }

  /**
   * The request with its defaults resolved, as JSON; absent fields are left out. Safe to publish:
   * upload URLs are redacted.
   */
  public Map<String, Object> asRequest() {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put(RequestFields.ID, id);
    request.put(RequestFields.PROMPT, prompt);
    request.put(RequestFields.NEGATIVE_PROMPT, negativePrompt);
    request.put(RequestFields.WIDTH, width);
    request.put(RequestFields.HEIGHT, height);
    request.put(RequestFields.STEPS, steps);
    request.put(RequestFields.GUIDANCE_SCALE, guidanceScale);
    request.put(RequestFields.GUIDANCE_INTERVAL, guidanceInterval);
    request.put(RequestFields.SEED, seed);
    request.put(RequestFields.COUNT, count);
    request.put(RequestFields.SOLVER, solver);
    request.put(RequestFields.FORMAT, format);
    if (!format.equals("png")) {
      request.put(RequestFields.QUALITY, quality);
    }
    request.put(RequestFields.RESOLUTION_BINNING, resolutionBinning);
    request.put(RequestFields.MODEL, model);
    if (!adapters.isEmpty()) {
      request.put(RequestFields.ADAPTERS, adapters.stream().map(JobAdapter::asRequest).toList());
    }
    if (!deadline.equals(NO_DEADLINE)) {
      request.put(RequestFields.DEADLINE, deadline.toString());
    }
    request.put(RequestFields.PRIORITY, priority.label());
    if (!callbackUrl.isEmpty()) {
      request.put(RequestFields.CALLBACK_URL, callbackUrl);
    }
    Map<String, Object> location = output.asRequest();
    if (!uploadUrls.isEmpty()) {
      location.put(
          RequestFields.UPLOAD_URLS, uploadUrls.stream().map(UrlRedaction::redact).toList());
    }
    request.put(RequestFields.OUTPUT, location);
    request.put(RequestFields.METADATA, metadata);
    return request;
  }
}
