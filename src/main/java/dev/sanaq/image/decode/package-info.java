/** Image files to pixels: formats, EXIF orientation. */
@NullMarked
package dev.sanaq.image.decode;

import org.jspecify.annotations.NullMarked;
