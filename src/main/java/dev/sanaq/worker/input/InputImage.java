package dev.sanaq.worker.input;

import dev.sanaq.image.RgbaImage;

/**
 * An input image that was read.
 *
 * @param image in its EXIF orientation
 * @param sha256 of the file, in 64 hexadecimal digits
 * @param bytes the length of the file
 */
public record InputImage(RgbaImage image, String sha256, long bytes) {}
