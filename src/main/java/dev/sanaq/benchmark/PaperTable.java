package dev.sanaq.benchmark;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.StoredTensor;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * A row of the paper's table 7 (arXiv 2410.10629) for a checkpoint on this machine: throughput of a
 * batch, latency of one image, parameters of the transformer, FID and CLIP score. GenEval and
 * DPG-Bench are not measured here; their columns are empty.
 *
 * @param model its name
 * @param machine device, precision, size, steps and threads
 * @param imagesPerSecond of a batch, from prompts to pixels
 * @param batch images of that batch
 * @param latencySeconds of one image, from prompt to pixels: the median
 * @param parameters of the transformer
 * @param fid if it was measured
 * @param clipScore if it was measured
 */
public record PaperTable(
    String model,
    String machine,
    double imagesPerSecond,
    int batch,
    double latencySeconds,
    long parameters,
    OptionalDouble fid,
    OptionalDouble clipScore) {
  private static final int LATENCY_RUNS = 3;
  private static final String PROMPT = "a lighthouse in a storm at night, take ";

  /**
   * Times a checkpoint in the size that it was trained on.
   *
   * @param steps denoising steps
   * @param guidanceScale classifier-free guidance
   * @param batch images of the batch whose throughput is measured, at least 1
   */
  public static PaperTable measure(
      Checkpoint checkpoint, ImageGenerator generator, int steps, double guidanceScale, int batch) {
    ModelInfo model = generator.model();
    seconds(generator, params(model, 1, guidanceScale, 1, 0)); // the first is slow
    double[] latencies =
        IntStream.rangeClosed(1, LATENCY_RUNS)
            .mapToDouble(run -> seconds(generator, params(model, steps, guidanceScale, 1, run)))
            .sorted()
            .toArray();
    if (batch > 1) {
      seconds(generator, params(model, 1, guidanceScale, batch, 1 + LATENCY_RUNS));
    }
    int first = 1 + LATENCY_RUNS + batch;
    double batchSeconds = seconds(generator, params(model, steps, guidanceScale, batch, first));
    return new PaperTable(
        model.name(),
        "%s, %s, %s x %s pixels, %s steps, %s threads"
            .formatted(
                model.device(),
                model.precision(),
                model.width(),
                model.height(),
                steps,
                Torch.threads()),
        batch / batchSeconds,
        batch,
        latencies[LATENCY_RUNS / 2],
        checkpoint.transformerTensors().all().stream().mapToLong(StoredTensor::elements).sum(),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  /** The same with metrics of generated images. */
  public PaperTable withMetrics(OptionalDouble newFid, OptionalDouble newClipScore) {
    return new PaperTable(
        model, machine, imagesPerSecond, batch, latencySeconds, parameters, newFid, newClipScore);
  }

  /** Prompts that differ, so that none is cached. */
  private static List<GenerationParams> params(
      ModelInfo model, int steps, double guidanceScale, int count, int first) {
    List<GenerationParams> params = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      params.add(
          new GenerationParams(
              PROMPT + (first + i),
              "",
              model.width(),
              model.height(),
              steps,
              guidanceScale,
              first + i,
              1,
              model.solver(),
              false,
              true,
              List.of()));
    }
    return params;
  }

  private static double seconds(ImageGenerator generator, List<GenerationParams> params) {
    long start = System.nanoTime();
    for (BatchResult result :
        generator.generateBatch(params, BatchControl.reportingTo(ProgressListener.NONE))) {
      if (result instanceof BatchResult.Failed failed) {
        throw failed.cause();
      }
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /** The table as Markdown. */
  public String toMarkdown() {
    return String.format(
        Locale.ROOT,
        """
        | model | throughput (images/s) | latency (s) | parameters (B) | FID | CLIP score | GenEval | DPG-Bench |
        |---|---:|---:|---:|---:|---:|---:|---:|
        | %s | %s | %s | %s | %s | %s | | |

        %s. Throughput of a batch of %d images, latency of one, from the prompt to pixels (median of %d). An empty cell was not measured.
        """,
        model,
        number(imagesPerSecond),
        number(latencySeconds),
        number(parameters / 1e9),
        fid.isPresent() ? number(fid.getAsDouble()) : "",
        clipScore.isPresent() ? number(clipScore.getAsDouble()) : "",
        machine,
        batch,
        LATENCY_RUNS);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 1 ? "%.2f" : "%.4f", value);
  }
}
