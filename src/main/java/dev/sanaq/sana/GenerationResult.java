package dev.sanaq.sana;

import dev.sanaq.image.RgbImage;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Images and what they cost.
 *
 * @param images image i was drawn from {@code seed + i}
 * @param timings wall time by stage, in the order of the stages: text, denoise, decode, resize;
 *     denoise is that of the passes its images were in, whoever shared them
 */
public record GenerationResult(List<RgbImage> images, Map<String, Duration> timings) {}
