package dev.sanaq.train;

import dev.sanaq.image.Size;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The pictures of one background, any of which a drawn one could be.
 *
 * @param rows which rows of the data they are
 * @param values of each, planes of -1..1
 */
record Candidates(List<Integer> rows, List<float[]> values) {
  /** All of the data's, in a square size, by their background. */
  static Map<Integer, Candidates> of(Dataset data, int side) {
    PictureStore pictures = new PictureStore(data);
    Map<Integer, Candidates> found = new TreeMap<>();
    for (int i = 0; i < data.rows().size(); i++) {
      Row row = data.rows().get(i);
      Candidates own =
          found.computeIfAbsent(
              row.background(), b -> new Candidates(new ArrayList<>(), new ArrayList<>()));
      own.rows().add(i);
      own.values().add(pictures.planes(row, row.background(), new Size(side, side)).values());
    }
    return found;
  }
}
