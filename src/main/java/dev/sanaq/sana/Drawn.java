package dev.sanaq.sana;

import dev.sanaq.image.RgbImage;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Pictures and what they cost.
 *
 * @param images picture i was drawn from {@code seed + i}
 * @param timings wall time by stage, in the order of the stages: text, denoise, decode, resize;
 *     denoise is that of the passes its pictures were in, whoever shared them
 */
public record Drawn(List<RgbImage> images, Map<String, Duration> timings) {}
