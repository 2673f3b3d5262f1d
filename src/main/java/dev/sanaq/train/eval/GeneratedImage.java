package dev.sanaq.train.eval;

import dev.sanaq.image.RgbImage;
import java.util.OptionalDouble;

/**
 * The image that was generated for a caption.
 *
 * @param score the scorer's, if there is one
 */
record GeneratedImage(CaptionQuery query, RgbImage image, OptionalDouble score) {}
