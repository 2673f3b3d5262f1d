package dev.sanaq.gateway.view;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.JsonMaps;
import java.util.Map;

/**
 * The parameters of a job that determine its device time.
 *
 * @param width pixels
 * @param height pixels
 * @param steps denoising steps
 * @param count images
 */
public record JobCost(int width, int height, int steps, int count) {
  // A request beyond the limits fails in validation; the estimate only has to stay finite.
  private static final int MAX_VALUE = 16_384;
  private static final double PIXELS_PER_MEGAPIXEL = 1e6;

  /** The cost of a request's fields, with the configured defaults for missing ones. */
  public static JobCost of(Map<String, Object> request, GatewayConfig.EstimateConfig defaults) {
    return new JobCost(
        JsonMaps.clampedInt(request, "width", defaults.width(), MAX_VALUE),
        JsonMaps.clampedInt(request, "height", defaults.height(), MAX_VALUE),
        JsonMaps.clampedInt(request, "steps", defaults.steps(), MAX_VALUE),
        JsonMaps.clampedInt(request, "count", 1, MAX_VALUE));
  }

  /** The cost of one image. */
  public JobCost perImage() {
    return new JobCost(width, height, steps, 1);
  }

  /** Megapixels times steps. */
  public double megapixelSteps() {
    return (double) width * height / PIXELS_PER_MEGAPIXEL * steps * count;
  }
}
