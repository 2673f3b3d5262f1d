package dev.sanaq.sana.preview;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The previews of a step from the predicted latents of a pass. One thread. */
public final class StepPreviews implements PreviewSource {
  private final LatentRgbFactors factors;
  private final List<Row> rows;
  private final int height;
  private final int width;
  private final Supplier<float[]> latents;
  private float @Nullable [] predicted;

  /**
   * An image of the pass.
   *
   * @param entry index of its entry in the batch
   * @param index of the image among those of its entry
   */
  public record Row(int entry, int index) {}

  /**
   * @param rows of the pass, in their order
   * @param height of the latents
   * @param width of the latents
   * @param latents predicts (B, C, height, width), in the transformer's scale; called at most once
   */
  public StepPreviews(
      LatentRgbFactors factors, List<Row> rows, int height, int width, Supplier<float[]> latents) {
    this.factors = factors;
    this.rows = List.copyOf(rows);
    this.height = height;
    this.width = width;
    this.latents = latents;
  }

  @Override
  public List<Preview> of(int entry) {
    List<Preview> previews = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      if (rows.get(i).entry() == entry) {
        previews.add(new Preview(rows.get(i).index(), factors.toRgb(values(), i, height, width)));
      }
    }
    return previews;
  }

  private float[] values() {
    float[] known = predicted;
    if (known == null) {
      known = latents.get();
      predicted = known;
    }
    return known;
  }
}
