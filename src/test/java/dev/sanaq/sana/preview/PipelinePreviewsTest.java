package dev.sanaq.sana.preview;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.files.FolderCopy;
import dev.sanaq.image.MaskImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ModelSpec;
import dev.sanaq.sana.TestGenerationParams;
import dev.sanaq.sana.conditioning.Conditioning;
import dev.sanaq.sana.conditioning.SourceImage;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.PipelineProbe;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.solver.NoiseLevel;
import dev.sanaq.sana.solver.Schedule;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.torch.Devices;
import dev.sanaq.torch.LiveValues;
import dev.sanaq.torch.ScriptValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The previews of a real pipeline show the data that each step predicts. */
class PipelinePreviewsTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  Path temp;

  /** What a run shows: latents and previews after each step. */
  private static final class Recorder implements BatchControl, PipelineProbe {
    private final List<float[]> latents = new ArrayList<>();
    private final List<List<Preview>> previews = new ArrayList<>();

    @Override
    public void onStepEnd(int step, ScriptValue current) {
      latents.add(current.toFloats());
    }

    @Override
    public void onProgress(int done, int steps) {
      assertThat(done).isZero();
    }

    @Override
    public void onStep(int done, int steps, PreviewSource source) {
      previews.add(source.of(0));
      assertThat(source.of(7)).as("no such entry").isEmpty();
    }

    @Override
    public boolean shouldContinue(int entry) {
      return true;
    }
  }

  @ParameterizedTest
  @CsvSource({"tiny-sana, FLOW_DPM", "tiny-sana, FLOW_EULER", "tiny-sana-sprint, SCM"})
  void lastStep_showsTheFinalLatents(String fixture, SolverKind solver) throws IOException {
    Path folder = checkpoint(fixture);
    GenerationParams params = params(solver, 4, 2);
    Recorder run = run(folder, params);
    Schedule schedule = schedule(folder, params);
    assertThat(run.previews).hasSize(4).allSatisfy(step -> assertThat(step).hasSize(2));
    float[] last = run.latents.get(3);
    for (int i = 0; i < 2; i++) {
      Preview preview = run.previews.get(3).get(i);
      assertThat(preview.index()).isEqualTo(i);
      assertClose(preview.image(), factors(folder).toRgb(scaled(last, schedule), i, 2, 2));
    }
    assertThat(run.previews.get(0).get(0).image().samples())
        .isNotEqualTo(run.previews.get(0).get(1).image().samples());
  }

  /** Euler's method is linear between two steps, so that their latents give the prediction. */
  @Test
  void stepBetween_showsTheDataThatItPredicts_notTheNoisyLatents() throws IOException {
    Path folder = checkpoint("tiny-sana");
    GenerationParams params = params(SolverKind.FLOW_EULER, 6, 1);
    Recorder run = run(folder, params);
    List<NoiseLevel> levels = schedule(folder, params).levels();
    for (int step = 2; step < 6; step++) {
      float[] before = run.latents.get(step - 2);
      float[] after = run.latents.get(step - 1);
      double from = levels.get(step - 1).noiseScale();
      double to = levels.get(step).noiseScale();
      float[] predicted = new float[after.length];
      for (int i = 0; i < after.length; i++) {
        predicted[i] = (float) (after[i] - to * (after[i] - before[i]) / (to - from));
      }
      RgbImage shown = run.previews.get(step - 1).get(0).image();
      assertClose(shown, factors(folder).toRgb(predicted, 0, 2, 2));
      if (step == 2) {
        assertThat(shown.samples()).isNotEqualTo(factors(folder).toRgb(after, 0, 2, 2).samples());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"FLOW_DPM", "FLOW_EULER"})
  void inpainting_showsTheKnownPartOfTheImage(SolverKind solver) throws IOException {
    Path folder = checkpoint("tiny-sana");
    byte[] samples = new byte[3 * 64 * 64];
    new Random(3).nextBytes(samples);
    byte[] mask = new byte[64 * 64];
    for (int y = 0; y < 64; y++) {
      Arrays.fill(mask, y * 64 + 32, (y + 1) * 64, (byte) 0xff); // the right half is new
    }
    GenerationParams params =
        params(solver, 4, 1)
            .withConditioning(
                Conditioning.NONE.withSource(
                    new SourceImage(
                        new RgbImage(64, 64, samples),
                        Optional.of(new MaskImage(64, 64, mask)),
                        1,
                        false)));
    Recorder run = run(folder, params);
    byte[] last = run.previews.get(run.previews.size() - 1).get(0).image().samples();
    for (List<Preview> step : run.previews) {
      byte[] shown = step.get(0).image().samples();
      for (int pixel : new int[] {0, 2}) {
        for (int colour = 0; colour < 3; colour++) {
          assertThat(shown[3 * pixel + colour] & 0xff)
              .isBetween(
                  (last[3 * pixel + colour] & 0xff) - 1, (last[3 * pixel + colour] & 0xff) + 1);
        }
      }
    }
  }

  @Test
  void batch_givesEachEntryItsOwn_andACancelledOneNone_andNoMemoryRemains() throws IOException {
    Path folder = checkpoint("tiny-sana");
    List<List<List<Preview>>> seen = new ArrayList<>();
    BatchControl control =
        new BatchControl() {
          @Override
          public void onProgress(int done, int steps) {}

          @Override
          public void onStep(int done, int steps, PreviewSource previews) {
            seen.add(List.of(previews.of(0), previews.of(1)));
          }

          @Override
          public boolean shouldContinue(int entry) {
            return entry == 1 || seen.size() < 2;
          }
        };
    try (SanaPipeline pipeline = load(folder)) {
      GenerationParams first = params(SolverKind.FLOW_DPM, 4, 1);
      GenerationParams second = params(SolverKind.FLOW_DPM, 4, 2);
      pipeline.generate(first, (done, steps) -> {});
      long before = LiveValues.count();
      List<BatchResult> results = pipeline.generateBatch(List.of(first, second), control);
      assertThat(results.get(0)).isInstanceOf(BatchResult.Cancelled.class);
      assertThat(LiveValues.count()).isEqualTo(before);
    }
    assertThat(seen).hasSize(4);
    assertThat(seen).extracting(step -> step.get(0).size()).containsExactly(1, 1, 0, 0);
    assertThat(seen).extracting(step -> step.get(1).size()).containsExactly(2, 2, 2, 2);
    assertClose(seen.get(0).get(0).get(0).image(), seen.get(0).get(1).get(0).image());
  }

  @Test
  void checkpointWithoutFactors_hasNoPreviews() {
    try (SanaPipeline pipeline = load(TestGenerationParams.checkpointPath("tiny-sana"))) {
      assertThat(pipeline.hasPreviews()).isFalse();
      Recorder run = new Recorder();
      pipeline.generateBatch(List.of(params(SolverKind.FLOW_DPM, 2, 1)), run);
      assertThat(run.previews).hasSize(2).allSatisfy(step -> assertThat(step).isEmpty());
    }
  }

  private static Recorder run(Path folder, GenerationParams params) {
    Recorder recorder = new Recorder();
    try (SanaPipeline pipeline = load(folder)) {
      assertThat(pipeline.hasPreviews()).isTrue();
      pipeline.generateBatch(List.of(params), recorder, recorder);
    }
    return recorder;
  }

  private static SanaPipeline load(Path folder) {
    return SanaPipeline.load(folder, new PipelineOptions("fp32", "", 0, "cpu", List.of(), false));
  }

  private Path checkpoint(String fixture) throws IOException {
    Path folder = temp.resolve(fixture);
    Path source = TestGenerationParams.checkpointPath(fixture);
    FolderCopy.write(source, "adapters", folder, copy -> {});
    int channels = Checkpoint.open(folder).autoencoder().latentChannels();
    Random random = new Random(5);
    float[][] factors = new float[channels][3];
    for (float[] row : factors) {
      for (int k = 0; k < 3; k++) {
        row[k] = (float) random.nextGaussian() * 0.2f;
      }
    }
    new LatentRgbFactors(factors, new float[] {0.1f, 0, -0.1f}).write(folder);
    return folder;
  }

  private static LatentRgbFactors factors(Path folder) {
    int channels = Checkpoint.open(folder).autoencoder().latentChannels();
    return LatentRgbFactors.read(folder, channels).orElseThrow();
  }

  private static Schedule schedule(Path folder, GenerationParams params) {
    return ModelSpec.of(Checkpoint.open(folder), List.of(), Set.of(), Devices.choose("cpu", "fp32"))
        .schedule(BatchKey.of(params));
  }

  private static float[] scaled(float[] latents, Schedule schedule) {
    float[] result = new float[latents.length];
    for (int i = 0; i < latents.length; i++) {
      result[i] = (float) (latents[i] * schedule.finalScale());
    }
    return result;
  }

  private static GenerationParams params(SolverKind solver, int steps, int count) {
    return new GenerationParams(
        "a fox", "blurry", 64, 64, steps, 4.5, 7, count, solver, false, true, List.of());
  }

  private static void assertClose(RgbImage actual, RgbImage expected) {
    assertThat(actual.width()).isEqualTo(expected.width());
    assertThat(actual.samples()).hasSameSizeAs(expected.samples());
    for (int i = 0; i < expected.samples().length; i++) {
      int level = expected.samples()[i] & 0xff;
      assertThat(actual.samples()[i] & 0xff).as("sample %s", i).isBetween(level - 1, level + 1);
    }
  }
}
