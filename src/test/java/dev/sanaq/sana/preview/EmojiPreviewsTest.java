package dev.sanaq.sana.preview;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.write.DemoCheckpoint;
import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PillowResizer;
import dev.sanaq.image.PillowResizer.Filter;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.encode.ImageFormat;
import dev.sanaq.image.encode.PngEncoder;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.train.report.SampleSheet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Previews of the checkpoint that ships: what they show and what they cost. Writes the picture of
 * the steps, {@code src/docs/previews.jpg}, to {@code target}, and prints the cost.
 */
@Tag("slow") // generates with real networks
class EmojiPreviewsTest {
  private static final List<String> PROMPTS =
      List.of("a red apple", "a fox on a purple background", "a banana on a blue background");
  private static final List<Integer> SHOWN = List.of(1, 3, 5, 8, 11, 14, 17, 20);
  private static final int SIDE = 128;
  private static final int STEPS = 20;

  /** The mean difference of colours, of 255. */
  private static final double FIRST = 70;

  private static final double LAST = 25;

  /** One percent of the shortest time between two previews of a job, by default. */
  private static final double MAX_MILLIS = 10;

  private static final int WARM_UPS = 5;

  @Test
  void previews_approachTheImage_andCostLittle(@TempDir Path folder) throws IOException {
    PipelineOptions options = new PipelineOptions("fp32", "", 0, "cpu", List.of(), false);
    List<RgbImage> cells = new ArrayList<>();
    List<String> captions = new ArrayList<>();
    List<Double> costs = new ArrayList<>();
    try (SanaPipeline pipeline = SanaPipeline.load(DemoCheckpoint.write(folder), options)) {
      for (int i = 0; i < WARM_UPS; i++) {
        run(pipeline, PROMPTS.get(0), new StepClock());
      }
      for (String prompt : PROMPTS) {
        StepClock steps = new StepClock();
        RgbImage image = run(pipeline, prompt, steps);
        costs.add(steps.medianPreviewMillis());
        double first = difference(steps.previews.get(0), image);
        double last = difference(steps.previews.get(STEPS - 1), image);
        System.out.printf(
            Locale.ROOT,
            "previews of \"%s\": difference %.1f at first, %.1f at last of 255; %.3f ms of %.1f ms"
                + " a step, %.2f %%%n",
            prompt,
            first,
            last,
            steps.medianPreviewMillis(),
            steps.medianStepMillis(),
            100 * steps.medianPreviewMillis() / steps.medianStepMillis());
        assertThat(last).as(prompt).isLessThan(LAST).isLessThan(first);
        assertThat(first).as(prompt).isLessThan(FIRST);
        for (int step : SHOWN) {
          cells.add(smooth(steps.previews.get(step - 1)));
          captions.add("step " + step);
        }
        cells.add(image);
        captions.add("the image");
      }
    }
    Files.createDirectories(Path.of("target"));
    RgbImage sheet = SampleSheet.compose(cells, captions, SHOWN.size() + 1);
    byte[] file = ImageFormat.JPEG.encode(sheet, 85, Map.of());
    Files.write(Path.of("target/previews.jpg"), file);
    assertThat(costs).as("milliseconds").allMatch(cost -> cost < MAX_MILLIS);
  }

  /** Takes the previews of every step as a worker does, and the time for them. */
  private static final class StepClock implements BatchControl {
    private final List<RgbImage> previews = new ArrayList<>();
    private final List<Double> previewMillis = new ArrayList<>();
    private final List<Double> stepMillis = new ArrayList<>();
    private long stepStart;

    @Override
    public void onProgress(int done, int steps) {
      stepStart = System.nanoTime();
    }

    @Override
    public void onStep(int done, int steps, PreviewSource source) {
      long start = System.nanoTime();
      RgbImage image = source.of(0).get(0).image();
      String url = Base64.getEncoder().encodeToString(PngEncoder.encode(image));
      long end = System.nanoTime();
      assertThat(url).hasSizeBetween(100, 8000);
      previews.add(image);
      previewMillis.add((end - start) / 1e6);
      stepMillis.add((start - stepStart) / 1e6);
      stepStart = System.nanoTime();
    }

    @Override
    public boolean shouldContinue(int entry) {
      return true;
    }

    double medianPreviewMillis() {
      return median(previewMillis);
    }

    double medianStepMillis() {
      return median(stepMillis);
    }

    private static double median(List<Double> values) {
      return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
  }

  private static RgbImage run(SanaPipeline pipeline, String prompt, BatchControl control) {
    GenerationParams params =
        new GenerationParams(
            prompt,
            "",
            SIDE,
            SIDE,
            STEPS,
            pipeline.model().guidanceScale(),
            1,
            1,
            SolverKind.FLOW_DPM,
            true,
            true,
            List.of());
    return ((BatchResult.Done) pipeline.generateBatch(List.of(params), control).get(0))
        .result()
        .images()
        .get(0);
  }

  private static RgbImage smooth(RgbImage preview) {
    return PillowResizer.resize(preview, new ImageSize(SIDE, SIDE), Filter.BICUBIC);
  }

  /** Of the preview and of the image in the preview's size. */
  private static double difference(RgbImage preview, RgbImage image) {
    ImageSize size = new ImageSize(preview.height(), preview.width());
    byte[] expected = PillowResizer.resize(image, size, Filter.BICUBIC).samples();
    double sum = 0;
    for (int i = 0; i < expected.length; i++) {
      sum += Math.abs((expected[i] & 0xff) - (preview.samples()[i] & 0xff));
    }
    return sum / expected.length;
  }
}
