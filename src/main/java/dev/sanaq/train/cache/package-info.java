/** What training computes once and reads at every step: images, latents, prompt embeds. */
@NullMarked
package dev.sanaq.train.cache;

import org.jspecify.annotations.NullMarked;
