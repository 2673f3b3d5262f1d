/**
 * Datasets: lists of images with captions, aspect buckets, which sample a step uses. Random choices
 * depend on the seed and the step alone.
 */
@NullMarked
package dev.sanaq.train.data;

import org.jspecify.annotations.NullMarked;
