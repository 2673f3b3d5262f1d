package dev.sanaq.train;

import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.Drawing;
import dev.sanaq.sana.PipelineOptions;
import dev.sanaq.sana.SanaPipeline;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.torch.Torch;
import dev.sanaq.train.data.Row;
import dev.sanaq.train.report.SampleSheet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Draws a sheet of samples with the pipeline that serves: captions spread over the data. */
final class Samples {
  private static final int PICTURES = 24;
  private static final int COLUMNS = 6;
  private static final int STEPS = 20;
  private static final double GUIDANCE = 2.5;

  private final List<String> captions;
  private final Path folder;
  private final long seed;

  Samples(List<Row> rows, Path folder, long seed) {
    this.folder = folder;
    this.seed = seed;
    this.captions = new ArrayList<>();
    for (int i = 0; i < PICTURES; i++) {
      Row row = rows.get((int) ((long) i * rows.size() / PICTURES));
      captions.add(row.captions().get(i % Math.min(3, row.captions().size())).text());
    }
  }

  /** Draws {@code samples-STEP.png} from a checkpoint. */
  void draw(long step, Path checkpoint) {
    List<RgbImage> pictures = new ArrayList<>();
    PipelineOptions options = new PipelineOptions("fp32", "", Torch.threads(), "auto");
    try (SanaPipeline pipeline = SanaPipeline.load(checkpoint, options)) {
      int side = pipeline.model().width();
      for (int i = 0; i < captions.size(); i++) {
        pictures.addAll(
            pipeline.draw(drawing(captions.get(i), seed + i, side), (done, steps) -> {}).images());
      }
      SampleSheet.write(
          pictures, captions, COLUMNS, folder.resolve("samples-%07d.png".formatted(step)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the samples of step " + step, e);
    }
  }

  private static Drawing drawing(String caption, long seed, int side) {
    return new Drawing(
        caption, "", side, side, STEPS, GUIDANCE, seed, 1, SolverKind.FLOW_DPM, false, true);
  }
}
