package dev.sanaq.gateway;

import java.util.Map;

/**
 * How much a job asks for: what its time depends on.
 *
 * @param width pixels
 * @param height pixels
 * @param steps denoising steps
 * @param count pictures
 */
record Work(int width, int height, int steps, int count) {
  // What breaks the limits fails at once; the estimate only has to stay finite.
  private static final int MOST = 16_384;
  private static final double MEGA = 1e6;

  /** Of a request, with the model's defaults for what it leaves out. */
  static Work of(Map<String, Object> request, GatewayConfig.Model model) {
    return new Work(
        Maps.number(request, "width", model.width(), MOST),
        Maps.number(request, "height", model.height(), MOST),
        Maps.number(request, "steps", model.steps(), MOST),
        Maps.number(request, "count", 1, MOST));
  }

  /** The same for one picture. */
  Work single() {
    return new Work(width, height, steps, 1);
  }

  /** Megapixels times steps. */
  double units() {
    return (double) width * height / MEGA * steps * count;
  }
}
