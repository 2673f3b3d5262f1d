package dev.sanaq.gateway.upload;

import dev.sanaq.image.decode.ImageHeader;

/**
 * A file that is an image by its header, within the limits.
 *
 * @param header its format and size
 * @param bytes of the file
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record CheckedImage(ImageHeader header, byte[] bytes) {}
