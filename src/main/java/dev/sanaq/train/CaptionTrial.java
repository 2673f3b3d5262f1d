package dev.sanaq.train;

import dev.sanaq.image.Canvas;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.Size;
import dev.sanaq.json.Json;
import dev.sanaq.sana.BatchProgress;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.Drawing;
import dev.sanaq.sana.Painter;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.train.data.BadDataException;
import dev.sanaq.train.data.DamageLimit;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.Row;
import dev.sanaq.train.data.StepRandom;
import dev.sanaq.train.measure.Retrieval;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Draws what captions say and asks whether the picture is nearer to the one that was captioned than
 * to any other on the same background.
 */
public final class CaptionTrial {
  private static final int TOGETHER = 16;
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

  /** A trial of what a painter draws. */
  public CaptionTrial(Painter painter, Settings settings, TrainingProgress progress) {
    this.painter = painter;
    this.settings = settings;
    this.progress = progress;
  }

  /**
   * Draws the captions and compares.
   *
   * @param data captioned pictures; those of one background are compared with each other
   * @return {@code captions}, {@code candidates} (the fewest), {@code top1}, {@code top5}
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
    Map<Integer, Candidates> candidates = candidates(rows);
    Map<Integer, List<float[]>> drawn = new TreeMap<>();
    Map<Integer, List<Integer>> own = new TreeMap<>();
    for (int from = 0; from < questions.size(); from += TOGETHER) {
      List<Question> batch = questions.subList(from, Math.min(from + TOGETHER, questions.size()));
      List<RgbImage> pictures = draw(batch, from);
      for (int i = 0; i < batch.size(); i++) {
        int row = batch.get(i).row();
        int background = rows.rows().get(row).background();
        drawn.computeIfAbsent(background, b -> new ArrayList<>()).add(values(pictures.get(i)));
        own.computeIfAbsent(background, b -> new ArrayList<>())
            .add(Objects.requireNonNull(candidates.get(background)).rows().indexOf(row));
      }
      progress.prepared("draw", from + batch.size(), questions.size());
    }
    return summary(candidates, drawn, own);
  }

  private static Map<String, Object> summary(
      Map<Integer, Candidates> candidates,
      Map<Integer, List<float[]>> drawn,
      Map<Integer, List<Integer>> own) {
    double first = 0;
    double five = 0;
    int count = 0;
    int fewest = Integer.MAX_VALUE;
    for (Map.Entry<Integer, List<float[]>> entry : drawn.entrySet()) {
      Candidates all = Objects.requireNonNull(candidates.get(entry.getKey()));
      int[] wanted =
          Objects.requireNonNull(own.get(entry.getKey())).stream()
              .mapToInt(Integer::intValue)
              .toArray();
      Retrieval found =
          Retrieval.of(
              entry.getValue().toArray(float[][]::new),
              all.values().toArray(float[][]::new),
              wanted);
      first += found.top(1) * wanted.length;
      five += found.top(5) * wanted.length;
      count += wanted.length;
      fewest = Math.min(fewest, all.rows().size());
    }
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("captions", count);
    summary.put("candidates", fewest);
    summary.put("top1", first / count);
    summary.put("top5", five / count);
    return summary;
  }

  private List<Question> chosen(List<Question> all) {
    if (settings.captions() == 0 || settings.captions() >= all.size()) {
      return all;
    }
    RandomGenerator random = StepRandom.of(settings.seed(), 0, 0);
    for (int i = 0; i < settings.captions(); i++) {
      int other = i + random.nextInt(all.size() - i);
      all.set(i, all.set(other, all.get(i)));
    }
    return List.copyOf(all.subList(0, settings.captions()));
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

  /** The pictures of a background: which rows, and their values. */
  private record Candidates(List<Integer> rows, List<float[]> values) {}

  private Map<Integer, Candidates> candidates(Dataset data) {
    int side = painter.model().width();
    PictureStore pictures = new PictureStore(data);
    Map<Integer, Candidates> found = new TreeMap<>();
    for (int i = 0; i < data.rows().size(); i++) {
      Row row = data.rows().get(i);
      Candidates own =
          found.computeIfAbsent(
              row.background(), b -> new Candidates(new ArrayList<>(), new ArrayList<>()));
      own.rows().add(i);
      own.values()
          .add(
              Canvas.cover(pictures.picture(row), row.background(), new Size(side, side)).values());
    }
    return found;
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
