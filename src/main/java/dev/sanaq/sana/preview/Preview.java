package dev.sanaq.sana.preview;

import dev.sanaq.image.RgbImage;

/**
 * A small picture of an image that is being generated.
 *
 * @param index of the image among those of its entry, from 0
 * @param image about one pixel for each latent
 */
public record Preview(int index, RgbImage image) {}
