package dev.sanaq.train.data;

/**
 * One of several wordings of an image (paper, section 4: captions by several models, each with the
 * CLIP score of how well it says what is seen).
 *
 * @param text as it is learnt, any language
 * @param clipScore how well it fits; only differences between one image's captions count
 * @param source who wrote it, {@code vlm-1}; empty where nobody said
 */
public record ScoredCaption(String text, double clipScore, String source) {}
