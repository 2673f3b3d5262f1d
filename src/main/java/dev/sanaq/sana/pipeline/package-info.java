/** The generation pipeline: check, encode prompts, prepare latents, denoise, decode; in batches. */
@NullMarked
package dev.sanaq.sana.pipeline;

import org.jspecify.annotations.NullMarked;
