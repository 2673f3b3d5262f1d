package dev.sanaq.train.eval;

import dev.sanaq.image.ImageSize;
import dev.sanaq.train.cache.ImageCache;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.TrainingSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The images on one background that a generated image is compared with.
 *
 * @param rows row of each image in the dataset
 * @param values values of each image: (3, side, side), -1 to 1
 */
record RetrievalCandidates(List<Integer> rows, List<float[]> values) {
  /** Groups the images of a dataset, scaled to a square, by their background. */
  static Map<Integer, RetrievalCandidates> groupByBackground(Dataset data, int side) {
    ImageCache images = new ImageCache(data);
    Map<Integer, RetrievalCandidates> groups = new TreeMap<>();
    for (int i = 0; i < data.samples().size(); i++) {
      TrainingSample sample = data.samples().get(i);
      RetrievalCandidates group =
          groups.computeIfAbsent(
              sample.background(),
              b -> new RetrievalCandidates(new ArrayList<>(), new ArrayList<>()));
      group.rows().add(i);
      group
          .values()
          .add(images.planes(sample, sample.background(), new ImageSize(side, side)).values());
    }
    return groups;
  }
}
