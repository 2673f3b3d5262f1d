package dev.sanaq.train.data;

import java.util.List;

/**
 * A training image with its captions.
 *
 * @param image its file, relative to the folder of the list
 * @param background 0xRRGGBB, the colour behind transparent pixels; many samples may share a file
 * @param repeats number of times that an epoch takes it, at least 1
 * @param captions one is sampled each time; none for an autoencoder
 */
public record TrainingSample(
    String image, int background, int repeats, List<ScoredCaption> captions) {
  /** The default background. */
  public static final int WHITE = 0xffffff;

  public TrainingSample {
    captions = List.copyOf(captions);
  }
}
