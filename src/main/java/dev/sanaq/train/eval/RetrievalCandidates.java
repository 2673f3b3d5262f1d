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
 * The images of one background, any of which a drawn one could be.
 *
 * @param rows which rows of the data they are
 * @param values of each, planes of -1..1
 */
record RetrievalCandidates(List<Integer> rows, List<float[]> values) {
  /** All of the data's, in a square size, by their background. */
  static Map<Integer, RetrievalCandidates> groupByBackground(Dataset data, int side) {
    ImageCache images = new ImageCache(data);
    Map<Integer, RetrievalCandidates> found = new TreeMap<>();
    for (int i = 0; i < data.samples().size(); i++) {
      TrainingSample row = data.samples().get(i);
      RetrievalCandidates own =
          found.computeIfAbsent(
              row.background(), b -> new RetrievalCandidates(new ArrayList<>(), new ArrayList<>()));
      own.rows().add(i);
      own.values().add(images.planes(row, row.background(), new ImageSize(side, side)).values());
    }
    return found;
  }
}
