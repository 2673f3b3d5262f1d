package dev.sanaq.job;

import dev.sanaq.job.input.InputSource;
import dev.sanaq.job.input.JobInputs;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
 * @param stepCache the preset of the step cache; {@link #NO_STEP_CACHE} for none
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
 * @param previews whether progress events show the images so far, if the worker allows it
 * @param callbackUrl receives the terminal event as a webhook; empty for none
 * @param output where the images are stored
 * @param uploadUrls presigned URLs, one for each image, or empty
 * @param metadata the client's own object, returned in the terminal event
 * @param inputs input images and perturbed-attention guidance
 * @param candidates images that are generated and scored, of which the best {@code count} are kept;
 *     0 if every image is kept, unscored
 * @param draftSteps denoising steps of a candidate, fewer than {@code steps}; 0 for all steps
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
    String stepCache,
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
    boolean previews,
    String callbackUrl,
    OutputLocation output,
    List<String> uploadUrls,
    Map<String, Object> metadata,
    JobInputs inputs,
    int candidates,
    int draftSteps) {
  /** Later than any time. */
  public static final Instant NO_DEADLINE = Instant.MAX;

  /** The preset of the step cache with which every step is computed. */
  public static final String NO_STEP_CACHE = "none";

  public Job {
    guidanceInterval = List.copyOf(guidanceInterval);
    adapters = List.copyOf(adapters);
    uploadUrls = List.copyOf(uploadUrls);
  }

  /** From a prompt alone. */
  public Job(
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
    this(
        id,
        fingerprint,
        prompt,
        negativePrompt,
        width,
        height,
        steps,
        guidanceScale,
        guidanceInterval,
        NO_STEP_CACHE,
        seed,
        count,
        solver,
        format,
        quality,
        resolutionBinning,
        model,
        adapters,
        deadline,
        priority,
        false,
        callbackUrl,
        output,
        uploadUrls,
        metadata,
        JobInputs.NONE,
        0,
        0);
  }

  /**
   * The same with inputs that were read.
   *
   * @param newWidth of the result, which may depend on them
   * @param newHeight likewise
   */
  public Job withInputs(JobInputs other, int newWidth, int newHeight) {
    return new Job(
        id,
        fingerprint,
        prompt,
        negativePrompt,
        newWidth,
        newHeight,
        steps,
        guidanceScale,
        guidanceInterval,
        stepCache,
        seed,
        count,
        solver,
        format,
        quality,
        resolutionBinning,
        model,
        adapters,
        deadline,
        priority,
        previews,
        callbackUrl,
        output,
        uploadUrls,
        metadata,
        other,
        candidates,
        draftSteps);
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
    if (!stepCache.equals(NO_STEP_CACHE)) {
      request.put(RequestFields.STEP_CACHE, stepCache);
    }
    putInputs(request);
    request.put(RequestFields.SEED, seed);
    request.put(RequestFields.COUNT, count);
    if (candidates > 0) {
      request.put(RequestFields.CANDIDATES, candidates);
    }
    if (draftSteps > 0) {
      request.put(RequestFields.DRAFT_STEPS, draftSteps);
    }
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
    if (previews) {
      request.put(RequestFields.PREVIEWS, true);
    }
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

  private void putInputs(Map<String, Object> request) {
    putImage(request, RequestFields.IMAGE, inputs.image());
    putImage(request, RequestFields.MASK, inputs.mask());
    if (inputs.image().isPresent()) {
      request.put(RequestFields.STRENGTH, inputs.strength());
      request.put(RequestFields.COMPOSITE, inputs.composite());
    }
    putImage(request, RequestFields.CONTROL, inputs.control().map(JobInputs.Control::source));
    inputs.control().ifPresent(control -> putControl(request, control));
    inputs
        .pag()
        .ifPresent(
            pag -> {
              Map<String, Object> values = new LinkedHashMap<>();
              values.put(RequestFields.PAG_SCALE, pag.scale());
              values.put(RequestFields.PAG_ADAPTIVE_SCALE, pag.adaptiveScale());
              values.put(RequestFields.PAG_LAYERS, pag.layers());
              request.put(RequestFields.PAG, values);
            });
  }

  private static void putControl(Map<String, Object> request, JobInputs.Control control) {
    request.put(RequestFields.CONTROL_SCALE, control.scale());
    if (!control.controlNet().isEmpty()) {
      request.put(RequestFields.CONTROLNET, control.controlNet());
    }
    request.put(RequestFields.CONTROL_INTERVAL, control.interval());
    control
        .preprocessor()
        .ifPresent(
            preprocessor -> {
              Map<String, Object> values = new LinkedHashMap<>();
              values.put(RequestFields.PREPROCESSOR_NAME, preprocessor.name());
              values.put(RequestFields.LOW_THRESHOLD, preprocessor.lowThreshold());
              values.put(RequestFields.HIGH_THRESHOLD, preprocessor.highThreshold());
              values.put(RequestFields.SIGMA, preprocessor.sigma());
              request.put(RequestFields.CONTROL_PREPROCESSOR, values);
            });
  }

  private void putImage(Map<String, Object> request, String field, Optional<InputSource> source) {
    source.ifPresent(
        image -> {
          Map<String, Object> values = new LinkedHashMap<>(image.asRequest());
          String hash = inputs.hashes().get(field);
          if (hash != null) {
            values.put("sha256", hash);
          }
          request.put(field, values);
        });
  }
}
