package dev.sanaq.train;

import dev.sanaq.image.RgbImage;
import dev.sanaq.json.Json;
import dev.sanaq.sana.BatchProgress;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.Drawing;
import dev.sanaq.sana.Painter;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.train.data.BadDataException;
import dev.sanaq.train.data.DamageLimit;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.StepRandom;
import dev.sanaq.train.measure.Retrieval;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.ToDoubleBiFunction;
import java.util.random.RandomGenerator;

/**
 * Draws what captions say and asks whether the picture is nearer to the one that was captioned than
 * to any other on the same background.
 */
public final class CaptionTrial {
  private static final int TOGETHER = 16;

  /** After how many captions the figures so far are told. */
  private static final int TOLD = 500;

  private static final BatchProgress WANTED =
      new BatchProgress() {
        @Override
        public void stepped(int done, int steps) {}

        @Override
        public boolean wanted(int drawing) {
          return true;
        }
      };

  private final Painter painter;
  private final Settings settings;
  private final Map<String, ToDoubleBiFunction<RgbImage, String>> fits;
  private final TrainingProgress progress;

  /**
   * How to draw.
   *
   * @param captions how many are drawn at most, of all that there are, at random; 0 for all
   * @param steps denoising steps
   * @param guidanceScale classifier-free guidance
   * @param seed of the choice, and of the first picture
   * @param instruction whether the complex human instruction stands before them
   */
  public record Settings(
      int captions, int steps, double guidanceScale, long seed, boolean instruction) {}

  /** A caption and the row that it is of. */
  private record Question(String caption, int row) {}

  /**
   * A trial of what a painter draws.
   *
   * @param fits measures of how a drawn picture fits its caption, by the names of their means
   */
  public CaptionTrial(
      Painter painter,
      Settings settings,
      Map<String, ToDoubleBiFunction<RgbImage, String>> fits,
      TrainingProgress progress) {
    this.painter = painter;
    this.settings = settings;
    this.fits = Map.copyOf(fits);
    this.progress = progress;
  }

  /**
   * Draws the captions and compares.
   *
   * @param data captioned pictures; those of one background are compared with each other
   * @return {@code captions}, {@code candidates} (the fewest), {@code top1}, {@code top5}, and the
   *     means of {@code fits}
   */
  public Map<String, Object> run(Path data) {
    Dataset rows = Dataset.read(data).readable(DamageLimit.DEFAULT, progress::note);
    List<Question> all = new ArrayList<>();
    for (int i = 0; i < rows.rows().size(); i++) {
      int row = i;
      rows.rows().get(i).captions().forEach(caption -> all.add(new Question(caption.text(), row)));
    }
    return ask(rows, all);
  }

  /**
   * Draws sentences that were not learnt and compares.
   *
   * @param data captioned pictures; a sentence's is the first row of its picture
   * @param wordings JSON Lines of {@code {"text": ..., "image": ..., "kind": ...}}
   * @param kind of the lines that count
   * @throws BadDataException where a line has no text, or names a picture that is not there
   */
  public Map<String, Object> run(Path data, Path wordings, String kind) throws IOException {
    Dataset rows = Dataset.read(data).readable(DamageLimit.DEFAULT, progress::note);
    Map<String, Integer> firstRow = new TreeMap<>();
    for (int i = 0; i < rows.rows().size(); i++) {
      firstRow.putIfAbsent(rows.rows().get(i).image(), i);
    }
    List<Question> all = new ArrayList<>();
    for (String line : Files.readAllLines(wordings)) {
      Map<String, Object> fields = Json.object(line.getBytes(StandardCharsets.UTF_8));
      if (kind.equals(fields.get("kind"))) {
        Integer row = firstRow.get(String.valueOf(fields.get("image")));
        if (row == null || !(fields.get("text") instanceof String text)) {
          throw new BadDataException("%s: no picture or no text in %s".formatted(wordings, line));
        }
        all.add(new Question(text, row));
      }
    }
    return ask(rows, all);
  }

  private Map<String, Object> ask(Dataset rows, List<Question> all) {
    List<Question> questions = chosen(all);
    Map<Integer, Candidates> candidates = Candidates.of(rows, painter.model().width());
    Retrieval retrieval = new Retrieval();
    Map<String, Double> fitting = new TreeMap<>();
    int fewest = Integer.MAX_VALUE;
    for (int from = 0; from < questions.size(); from += TOGETHER) {
      List<Question> batch = questions.subList(from, Math.min(from + TOGETHER, questions.size()));
      List<RgbImage> pictures = draw(batch, from);
      for (int i = 0; i < batch.size(); i++) {
        int row = batch.get(i).row();
        Candidates own = Objects.requireNonNull(candidates.get(rows.rows().get(row).background()));
        retrieval.add(values(pictures.get(i)), own.values(), own.rows().indexOf(row));
        fewest = Math.min(fewest, own.rows().size());
        RgbImage picture = pictures.get(i);
        String caption = batch.get(i).caption();
        fits.forEach(
            (name, fit) ->
                fitting.merge(
                    name, fit.applyAsDouble(picture, caption) / questions.size(), Double::sum));
      }
      tell(retrieval, from, from + batch.size(), questions.size());
    }
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("captions", questions.size());
    summary.put("candidates", fewest);
    summary.put("top1", retrieval.top(1));
    summary.put("top5", retrieval.top(5));
    summary.putAll(fitting);
    return summary;
  }

  /** The figures so far, now and then: a long trial that is stopped has said something. */
  private void tell(Retrieval retrieval, int before, int drawn, int all) {
    progress.prepared("draw", drawn, all);
    if (drawn / TOLD > before / TOLD) {
      progress.note(
          String.format(
              Locale.ROOT,
              "%d of %d captions: %.2f %% nearest to their own, %.2f %% among the nearest five",
              drawn,
              all,
              100 * retrieval.top(1),
              100 * retrieval.top(5)));
    }
  }

  /** In random order, so that what is drawn first stands for the rest. */
  private List<Question> chosen(List<Question> all) {
    List<Question> shuffled = new ArrayList<>(all);
    RandomGenerator random = StepRandom.of(settings.seed(), 0, 0);
    int count = settings.captions() == 0 ? all.size() : Math.min(settings.captions(), all.size());
    for (int i = 0; i < count; i++) {
      int other = i + random.nextInt(all.size() - i);
      shuffled.set(i, shuffled.set(other, shuffled.get(i)));
    }
    return shuffled.subList(0, count);
  }

  private List<RgbImage> draw(List<Question> batch, int first) {
    int side = painter.model().width();
    List<Drawing> drawings = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      drawings.add(
          new Drawing(
              batch.get(i).caption(),
              "",
              side,
              side,
              settings.steps(),
              settings.guidanceScale(),
              settings.seed() + first + i,
              1,
              SolverKind.FLOW_DPM,
              false,
              settings.instruction()));
    }
    List<RgbImage> pictures = new ArrayList<>();
    for (BatchResult result : painter.drawTogether(drawings, WANTED)) {
      if (result instanceof BatchResult.Failed failed) {
        throw failed.cause();
      }
      pictures.addAll(((BatchResult.Done) result).drawn().images());
    }
    return pictures;
  }

  /** Planes of -1..1, as the candidates'. */
  private static float[] values(RgbImage picture) {
    int pixels = picture.width() * picture.height();
    float[] values = new float[3 * pixels];
    for (int i = 0; i < pixels; i++) {
      for (int channel = 0; channel < 3; channel++) {
        int level = picture.samples()[3 * i + channel] & 0xff;
        values[channel * pixels + i] = level / 127.5f - 1;
      }
    }
    return values;
  }
}
