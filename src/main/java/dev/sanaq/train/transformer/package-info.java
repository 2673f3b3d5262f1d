/** The training task of the diffusion transformer, and its captions. */
@NullMarked
package dev.sanaq.train.transformer;

import org.jspecify.annotations.NullMarked;
