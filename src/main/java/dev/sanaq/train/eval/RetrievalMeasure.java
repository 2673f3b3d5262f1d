package dev.sanaq.train.eval;

import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.measure.Retrieval;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** How often an image is nearer to its caption's than to any other on the same background. */
final class RetrievalMeasure implements CaptionMeasure {
  private final Dataset dataset;
  private final Map<Integer, RetrievalCandidates> candidates;
  private final Retrieval retrieval = new Retrieval();
  private int minCandidates = Integer.MAX_VALUE;

  RetrievalMeasure(Dataset dataset, Map<Integer, RetrievalCandidates> candidates) {
    this.dataset = dataset;
    this.candidates = candidates;
  }

  @Override
  public void add(GeneratedImage generated) {
    int row = generated.query().row();
    RetrievalCandidates group =
        Objects.requireNonNull(candidates.get(dataset.samples().get(row).background()));
    retrieval.add(
        PlanarFloatImage.of(generated.image()).values(), group.values(), group.rows().indexOf(row));
    minCandidates = Math.min(minCandidates, group.rows().size());
  }

  double topKAccuracy(int k) {
    return retrieval.topKAccuracy(k);
  }

  @Override
  public Map<String, Object> result() {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("captions", retrieval.ranks().size());
    result.put("candidates", minCandidates);
    result.put("top1", topKAccuracy(1));
    result.put("top5", topKAccuracy(5));
    return result;
  }
}
