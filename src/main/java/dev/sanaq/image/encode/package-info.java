/** Pixels to image files: PNG, JPEG, WebP. */
@NullMarked
package dev.sanaq.image.encode;

import org.jspecify.annotations.NullMarked;
