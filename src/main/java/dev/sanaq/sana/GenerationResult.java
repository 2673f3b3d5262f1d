package dev.sanaq.sana;

import dev.sanaq.image.RgbImage;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The images of one entry, and the time of each stage.
 *
 * @param images the noise of image i came from {@code seed + i}
 * @param timings wall time by stage, in this order: text, encode (of input images), denoise,
 *     decode, resize. denoise is the time of whole passes, also where they had images of other
 *     entries
 */
public record GenerationResult(List<RgbImage> images, Map<String, Duration> timings) {}
