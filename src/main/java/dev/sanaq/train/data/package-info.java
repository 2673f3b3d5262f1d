/**
 * What is learnt from: lists of pictures with captions, which of them a step draws, pictures as
 * planes. Random choices depend on the seed and the step alone.
 */
@NullMarked
package dev.sanaq.train.data;

import org.jspecify.annotations.NullMarked;
