package dev.sanaq.job;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An accepted request, every default resolved.
 *
 * @param id 1 to 128 characters of {@code A-Z a-z 0-9 . _ - :}
 * @param fingerprint what the request asks for, hashed: equal for equal requests
 * @param prompt what the image shows
 * @param negativePrompt what it should not show; empty for nothing
 * @param width pixels
 * @param height pixels
 * @param steps denoising steps
 * @param guidanceScale classifier-free guidance; none at 1 or less
 * @param seed image i is drawn from {@code seed + i}
 * @param count images, at least 1
 * @param solver the solver's name
 * @param format the images' format: {@code png}, {@code jpeg} or {@code webp}
 * @param quality of lossy formats, 0 to 100
 * @param resolutionBinning draw the nearest published aspect, then resize and crop
 * @param model the model's name
 * @param adapters what is added to it
 * @param deadline not to be started after this; {@link #NO_DEADLINE} for none
 * @param priority {@code high}, {@code normal} or {@code low}
 * @param callbackUrl where to tell of the end; empty for nowhere
 * @param output where the images go
 * @param uploadUrls where each of them is put besides; empty for nowhere
 * @param metadata the sender's own, given back in every terminal event
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
    long seed,
    int count,
    String solver,
    String format,
    int quality,
    boolean resolutionBinning,
    String model,
    List<JobAdapter> adapters,
    Instant deadline,
    String priority,
    String callbackUrl,
    OutputLocation output,
    List<String> uploadUrls,
    Map<String, Object> metadata) {
  /** Later than any clock says. */
  public static final Instant NO_DEADLINE = Instant.MAX;

  public Job {
    adapters = List.copyOf(adapters);
    uploadUrls = List.copyOf(uploadUrls);
  }

  /**
   * The request as it is run: the contract's fields, those without a value left out. Everybody may
   * read it: addresses to upload to are without their secrets.
   */
  public Map<String, Object> asRequest() {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("id", id);
    request.put("prompt", prompt);
    request.put("negativePrompt", negativePrompt);
    request.put("width", width);
    request.put("height", height);
    request.put("steps", steps);
    request.put("guidanceScale", guidanceScale);
    request.put("seed", seed);
    request.put("count", count);
    request.put("solver", solver);
    request.put("format", format);
    if (!format.equals("png")) {
      request.put("quality", quality);
    }
    request.put("resolutionBinning", resolutionBinning);
    request.put("model", model);
    if (!adapters.isEmpty()) {
      request.put("adapters", adapters.stream().map(JobAdapter::asRequest).toList());
    }
    if (!deadline.equals(NO_DEADLINE)) {
      request.put("deadline", deadline.toString());
    }
    request.put("priority", priority);
    if (!callbackUrl.isEmpty()) {
      request.put("callbackUrl", callbackUrl);
    }
    Map<String, Object> place = output.asRequest();
    if (!uploadUrls.isEmpty()) {
      place.put("uploadUrls", uploadUrls.stream().map(UrlRedaction::redact).toList());
    }
    request.put("output", place);
    request.put("metadata", metadata);
    return request;
  }
}
