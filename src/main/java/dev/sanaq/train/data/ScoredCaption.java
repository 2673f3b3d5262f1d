package dev.sanaq.train.data;

/**
 * One of several captions of an image with its CLIP score (paper, section 4).
 *
 * @param text the caption, in any language
 * @param clipScore how well it fits; only differences between captions of one image matter
 * @param source its author, such as {@code vlm-1}; empty if unknown
 */
public record ScoredCaption(String text, double clipScore, String source) {}
