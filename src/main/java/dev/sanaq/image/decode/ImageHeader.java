package dev.sanaq.image.decode;

/**
 * What a file says of its first image.
 *
 * @param format {@code png}, {@code jpeg} or {@code webp}, by the file's first bytes
 * @param width pixels, in the EXIF orientation
 * @param height pixels, in the EXIF orientation
 */
public record ImageHeader(String format, int width, int height) {}
