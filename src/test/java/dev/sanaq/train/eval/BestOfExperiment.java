package dev.sanaq.train.eval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.files.AtomicFile;
import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PlanarFloatImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.score.ImageScorer;
import dev.sanaq.train.cache.ImageCache;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.TrainingSample;
import dev.sanaq.train.loop.TrainingProgress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Best of n on the checkpoint that ships: retrieval by n. Not part of the build: {@code
 * src/docs/training.md} says how to run it and gives the results.
 */
class BestOfExperiment {
  private final Path data = Path.of(System.getProperty("best-of.data", "emoji"));
  private final Path output = Path.of(System.getProperty("best-of.output", "target/best-of.jsonl"));
  private final int captions = Integer.getInteger("best-of.captions", 150);
  private final int steps = Integer.getInteger("best-of.steps", 20);
  private final int threads = Integer.getInteger("best-of.threads", 0);
  private final Path model =
      Path.of(System.getProperty("best-of.model", "src/main/resources/checkpoints/sanaq-emoji"));

  private final List<Integer> drafts =
      Stream.of(System.getProperty("best-of.drafts", "2,4,8").split(","))
          .map(Integer::valueOf)
          .toList();
  private final StringBuilder lines = new StringBuilder();

  /**
   * The scorer that knows the right image: minus the squared distance of its pixels. What it
   * selects is the best that any scorer can.
   */
  private static final class KnownImageScorer implements ImageScorer {
    private final Map<String, List<TrainingSample>> samples = new HashMap<>();
    private final ImageCache images;

    KnownImageScorer(Dataset dataset, Map<String, String> wordings) {
      images = new ImageCache(dataset);
      Map<String, TrainingSample> firstOf = new HashMap<>();
      for (TrainingSample sample : dataset.samples()) {
        firstOf.putIfAbsent(sample.image(), sample);
        sample.captions().forEach(caption -> add(caption.text(), sample));
      }
      wordings.forEach((text, image) -> add(text, Objects.requireNonNull(firstOf.get(image))));
    }

    private void add(String text, TrainingSample sample) {
      samples.computeIfAbsent(text, key -> new ArrayList<>()).add(sample);
    }

    @Override
    public List<Double> scoreAll(String prompt, List<RgbImage> candidates) {
      List<float[]> right =
          Objects.requireNonNull(samples.get(prompt), prompt).stream()
              .map(
                  sample ->
                      images.planes(sample, sample.background(), new ImageSize(128, 128)).values())
              .toList();
      return candidates.stream()
          .map(
              image -> {
                float[] planes = PlanarFloatImage.of(image).values();
                return right.stream().mapToDouble(r -> -distance(r, planes)).max().orElseThrow();
              })
          .toList();
    }

    private static double distance(float[] a, float[] b) {
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += (a[i] - b[i]) * (double) (a[i] - b[i]);
      }
      return sum;
    }

    @Override
    public void close() {}
  }

  @Test
  void retrievalByNumberOfCandidates() throws IOException {
    Path list = data.resolve("transformer.jsonl");
    Path wordings = data.resolve("unseen-wordings.jsonl");
    Dataset dataset = Dataset.read(list);
    PipelineOptions options = new PipelineOptions("fp32", "", threads, "cpu", List.of(), false);
    Map<String, ImageScorer> scorers = new HashMap<>();
    scorers.put("linear", new LinearImageScorer(dataset));
    if (Boolean.getBoolean("best-of.known")) {
      scorers.put("known image", new KnownImageScorer(dataset, readWordings(wordings)));
    }
    try (SanaPipeline pipeline = SanaPipeline.load(model, options)) {
      for (Map.Entry<String, ImageScorer> scorer : scorers.entrySet()) {
        CaptionEvaluation evaluation =
            new CaptionEvaluation(
                pipeline,
                new CaptionEvaluation.Settings(
                    captions, steps, 2.5, 1, true, new BestOf(List.of(1, 2, 4, 8), drafts)),
                new CaptionEvaluation.Models(Optional.of(scorer.getValue()), Optional.empty()),
                new Console());
        if (Boolean.getBoolean("best-of.seen")) {
          write("captions", scorer.getKey(), evaluation.run(list));
        }
        write("unseen wordings", scorer.getKey(), evaluation.run(list, wordings, "wording"));
      }
    }
    assertThat(output).isRegularFile();
  }

  private void write(String set, String scorer, List<Map<String, Object>> results)
      throws IOException {
    for (Map<String, Object> result : results) {
      result.put("set", set);
      result.put("scorer", scorer);
      lines.append(new String(Json.write(result), StandardCharsets.UTF_8)).append('\n');
    }
    AtomicFile.write(output, lines.toString());
  }

  private static Map<String, String> readWordings(Path file) throws IOException {
    Map<String, String> images = new HashMap<>();
    for (String line : Files.readAllLines(file)) {
      try {
        Map<String, Object> fields = Json.readObject(line.getBytes(StandardCharsets.UTF_8));
        images.put(String.valueOf(fields.get("text")), String.valueOf(fields.get("image")));
      } catch (BadJsonException e) {
        throw new IOException(line, e);
      }
    }
    return images;
  }

  private static final class Console implements TrainingProgress {
    private long next;

    @Override
    public void onPreparation(String stage, long done, long total) {
      if (System.nanoTime() >= next) {
        next = System.nanoTime() + 30_000_000_000L;
        System.err.printf("%s %d of %d%n", stage, done, total);
      }
    }

    @Override
    public void onStep(String phase, long step, long steps, double loss) {}

    @Override
    public void onMessage(String line) {
      System.err.println(line);
    }
  }
}
