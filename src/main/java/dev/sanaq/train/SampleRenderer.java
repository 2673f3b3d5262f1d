package dev.sanaq.train;

import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.torch.Torch;
import dev.sanaq.train.data.TrainingSample;
import dev.sanaq.train.report.SampleSheet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Renders a sheet of samples with the pipeline, for captions spread over the data. */
final class SampleRenderer {
  private static final int NUM_IMAGES = 24;
  private static final int COLUMNS = 6;
  private static final int INFERENCE_STEPS = 20;
  private static final double GUIDANCE_SCALE = 2.5;

  private final List<String> captions;
  private final Path folder;
  private final long seed;

  SampleRenderer(List<TrainingSample> samples, Path folder, long seed) {
    this.folder = folder;
    this.seed = seed;
    this.captions = new ArrayList<>();
    for (int i = 0; i < NUM_IMAGES; i++) {
      TrainingSample sample = samples.get((int) ((long) i * samples.size() / NUM_IMAGES));
      captions.add(sample.captions().get(i % Math.min(3, sample.captions().size())).text());
    }
  }

  /** Renders {@code samples-STEP.png} with a checkpoint. */
  void render(long step, Path checkpoint) {
    List<RgbImage> images = new ArrayList<>();
    PipelineOptions options =
        new PipelineOptions("fp32", "", Torch.threads(), "auto", List.of(), false);
    try (SanaPipeline pipeline = SanaPipeline.load(checkpoint, options)) {
      int side = pipeline.model().width();
      for (int i = 0; i < captions.size(); i++) {
        images.addAll(
            pipeline
                .generate(generationParams(captions.get(i), seed + i, side), (done, steps) -> {})
                .images());
      }
      SampleSheet.write(
          images,
          captions,
          COLUMNS,
          folder.resolve(String.format(Locale.ROOT, "samples-%07d.png", step)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the samples of step " + step, e);
    }
  }

  private static GenerationParams generationParams(String caption, long seed, int side) {
    return new GenerationParams(
        caption,
        "",
        side,
        side,
        INFERENCE_STEPS,
        GUIDANCE_SCALE,
        seed,
        1,
        SolverKind.FLOW_DPM,
        false,
        true,
        List.of());
  }
}
