package dev.sanaq.gateway.view;

import dev.sanaq.gateway.JsonMaps;
import dev.sanaq.kafka.request.LimitsConfig;
import java.util.Map;

/**
 * What a request asks of the device.
 *
 * @param model the model of the pool that generates it; empty if the gateway has one pool
 * @param width requested pixels; 0 for the model's default
 * @param height requested pixels; 0 for the model's default
 * @param steps denoising steps; 0 for the model's default
 * @param count images
 * @param candidates images that are generated so that the best can be kept; 0 for none
 * @param draftSteps denoising steps of a candidate; 0 for all
 * @param resolutionBinning whether the model generates a published size instead of the requested
 *     one
 */
public record JobCost(
    String model,
    int width,
    int height,
    int steps,
    int count,
    int candidates,
    int draftSteps,
    boolean resolutionBinning) {
  /** The cost of a request that leaves everything out. */
  static JobCost ofEmptyRequest(String model) {
    return new JobCost(model, 0, 0, 0, 1, true);
  }

  /** Of a request without candidates. */
  public JobCost(
      String model, int width, int height, int steps, int count, boolean resolutionBinning) {
    this(model, width, height, steps, count, 0, 0, resolutionBinning);
  }

  /**
   * The cost of a request's fields. A worker refuses values past the limits without work.
   *
   * @param model the model of its pool
   */
  public static JobCost of(String model, Map<String, Object> request, LimitsConfig limits) {
    return new JobCost(
        model,
        JsonMaps.clampedInt(request, "width", 0, limits.maxSide()),
        JsonMaps.clampedInt(request, "height", 0, limits.maxSide()),
        JsonMaps.clampedInt(request, "steps", 0, limits.maxSteps()),
        JsonMaps.clampedInt(request, "count", 1, limits.maxCount()),
        JsonMaps.clampedInt(request, "candidates", 0, limits.maxCandidates()),
        JsonMaps.clampedInt(request, "draftSteps", 0, limits.maxSteps()),
        !Boolean.FALSE.equals(request.get("resolutionBinning")));
  }

  /** The same cost with the model's values where the request has none. */
  public JobCost withDefaults(ServedModel served) {
    return new JobCost(
        model,
        width == 0 ? served.width() : width,
        height == 0 ? served.height() : height,
        steps == 0 ? served.steps() : steps,
        count,
        candidates,
        draftSteps,
        resolutionBinning);
  }

  /** The cost of one image. */
  public JobCost perImage() {
    return new JobCost(model, width, height, steps, 1, resolutionBinning);
  }

  /**
   * The work in images with all steps; only with the steps resolved, see {@link #withDefaults}.
   *
   * @param extraSteps what an image costs besides its steps, in steps
   */
  public double workImages(int extraSteps) {
    return draftSteps == 0
        ? Math.max(count, candidates)
        : count + candidates * (draftSteps + extraSteps) / (double) (steps + extraSteps);
  }

  /**
   * Megapixels of a generated image. All published sizes of a model have about the same number of
   * pixels as its default size.
   */
  public double generatedMegapixels(ServedModel served) {
    return resolutionBinning ? served.megapixels() : requestedMegapixels();
  }

  /** Megapixels of the requested size. */
  public double requestedMegapixels() {
    return ServedModel.megapixels(width, height);
  }
}
