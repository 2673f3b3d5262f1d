/** Images as inputs of a generation: source image, mask, control image; and perturbed attention. */
@NullMarked
package dev.sanaq.sana.conditioning;

import org.jspecify.annotations.NullMarked;
