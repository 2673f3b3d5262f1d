package dev.sanaq.gateway.view;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.JsonMaps;
import java.util.Map;

/**
 * How much a job asks for: what its time depends on.
 *
 * @param width pixels
 * @param height pixels
 * @param steps denoising steps
 * @param count images
 */
public record JobCost(int width, int height, int steps, int count) {
  // What breaks the limits fails at once; the estimate only has to stay finite.
  private static final int MAX_VALUE = 16_384;
  private static final double PIXELS_PER_MEGAPIXEL = 1e6;

  /** Of a request, with the model's defaults for what it leaves out. */
  public static JobCost of(Map<String, Object> request, GatewayConfig.EstimateConfig model) {
    return new JobCost(
        JsonMaps.clampedInt(request, "width", model.width(), MAX_VALUE),
        JsonMaps.clampedInt(request, "height", model.height(), MAX_VALUE),
        JsonMaps.clampedInt(request, "steps", model.steps(), MAX_VALUE),
        JsonMaps.clampedInt(request, "count", 1, MAX_VALUE));
  }

  /** The same for one image. */
  public JobCost perImage() {
    return new JobCost(width, height, steps, 1);
  }

  /** Megapixels times steps. */
  public double megapixelSteps() {
    return (double) width * height / PIXELS_PER_MEGAPIXEL * steps * count;
  }
}
