/** Evaluation of a trained checkpoint: retrieval of images by their captions, CLIP score. */
@NullMarked
package dev.sanaq.train.eval;

import org.jspecify.annotations.NullMarked;
