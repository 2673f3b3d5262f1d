package dev.sanaq.train.eval;

/**
 * A caption to generate an image for.
 *
 * @param row of the caption's own image in the dataset
 */
record CaptionQuery(String caption, int row) {}
