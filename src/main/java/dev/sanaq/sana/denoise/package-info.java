/** Initial noise and the sampler that applies guidance and solver steps to latents. */
@NullMarked
package dev.sanaq.sana.denoise;

import org.jspecify.annotations.NullMarked;
