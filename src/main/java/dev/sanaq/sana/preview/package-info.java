/** Previews of images that are being generated: latents to small images by a linear map. */
@NullMarked
package dev.sanaq.sana.preview;

import org.jspecify.annotations.NullMarked;
