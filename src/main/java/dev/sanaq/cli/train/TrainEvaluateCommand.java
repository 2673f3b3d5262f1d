package dev.sanaq.cli.train;

import dev.sanaq.benchmark.PaperTable;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.files.AtomicFile;
import dev.sanaq.files.TemporaryFolder;
import dev.sanaq.json.Json;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.score.ClipModel;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Torch;
import dev.sanaq.train.Evaluation;
import dev.sanaq.train.eval.BestOf;
import dev.sanaq.train.eval.CaptionEvaluation;
import dev.sanaq.train.eval.InceptionModel;
import dev.sanaq.train.loop.TrainingProgress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code train evaluate}: prints one JSON line per metric to standard output. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description =
        "Evaluates a checkpoint: reconstruction and flow-matching loss on held-out images, and how"
            + " often the image generated for a caption is the right one, CLIP score and FID.")
public final class TrainEvaluateCommand implements Callable<Integer> {
  @Option(
      names = "--eval-data",
      paramLabel = "LIST",
      description = "Held-out images: measures PSNR, SSIM and the loss by timestep.")
  private @Nullable Path evalData;

  @Option(
      names = "--captions",
      paramLabel = "LIST",
      description =
          "Captioned images: measures how often a generated image is nearest to its caption's.")
  private @Nullable Path captions;

  @Option(
      names = "--wordings",
      paramLabel = "LIST",
      description =
          "Wordings that training did not see, as train emoji writes them, for the images of"
              + " --captions.")
  private @Nullable Path wordings;

  @Option(
      names = "--clip",
      paramLabel = "DIR",
      description =
          "Folder of a CLIP model (clip.pt, tokenizer.json): also measures the CLIP score of"
              + " generated images.")
  private @Nullable Path clip;

  @Option(
      names = "--inception",
      paramLabel = "FILE",
      description =
          "Inception as TorchScript: also measures FID and KID of generated images and those of"
              + " their captions.")
  private @Nullable Path inception;

  @Option(
      names = "--best-of",
      paramLabel = "N",
      split = ",",
      description =
          "Numbers of candidates for each caption; of each number the best by --clip is measured"
              + " (default: 1).")
  private List<Integer> bestOf = List.of(1);

  @Option(
      names = "--draft-steps",
      paramLabel = "N",
      split = ",",
      description =
          "Also measures the images that drafts of so many steps select among the candidates, and"
              + " how alike both rank them.")
  private List<Integer> draftSteps = List.of();

  @Option(
      names = "--table",
      paramLabel = "FILE",
      description =
          "Times the checkpoint on this machine and writes a table in the form of the paper's"
              + " table 7, as Markdown.")
  private @Nullable Path table;

  @Option(
      names = "--table-batch",
      paramLabel = "N",
      defaultValue = "16",
      description = "Images of the batch whose throughput is timed (default: ${DEFAULT-VALUE}).")
  private int tableBatch;

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      defaultValue = "fp32",
      description =
          "Precision of generated images: fp32, bf16, fp16, int8, or fp8 on a GPU (default:"
              + " ${DEFAULT-VALUE}). The loss and the reconstruction are always measured in fp32.")
  private String precision;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Number of captions to generate, sampled at random; 0 for all (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "20",
      description = "Denoising steps (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--guidance-scale",
      paramLabel = "G",
      defaultValue = "2.5",
      description = "Classifier-free guidance (default: ${DEFAULT-VALUE}).")
  private double guidanceScale;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Random seed of the sampled captions and of the images (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--no-prompt-instruction",
      description = "Omit the complex human instruction in front of the captions.")
  private boolean noPromptInstruction;

  @Mixin private EvaluationOptions options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (TrainingConsole console = new TrainingConsole(spec.commandLine().getErr())) {
      DevicePlacement placement = options.placement();
      if (evalData != null) {
        evaluateHeldOut(new Evaluation(options.model(), placement, console), evalData);
      }
      Map<String, Object> metrics =
          captions == null ? Map.of() : evaluateCaptions(placement, console, captions);
      if (table != null) {
        writeTable(pipelineOptions(placement), metrics, table);
      }
      return 0;
    } catch (IOException | RuntimeException e) {
      return CliErrors.report(spec.commandLine().getErr(), e, options.verbose());
    }
  }

  private void evaluateHeldOut(Evaluation evaluation, Path list) throws IOException {
    print("reconstruction", evaluation.reconstruction(list));
    try (TemporaryFolder cache = TemporaryFolder.create(TemporaryFolder.Purpose.EVALUATE)) {
      print("flow", evaluation.flowLoss(list, cache.path(), seed));
    }
  }

  /** The metrics of the first way of selecting images. */
  private Map<String, Object> evaluateCaptions(
      DevicePlacement placement, TrainingProgress progress, Path list) throws IOException {
    CaptionEvaluation.Settings settings =
        new CaptionEvaluation.Settings(
            limit,
            steps,
            guidanceScale,
            seed,
            !noPromptInstruction,
            new BestOf(bestOf, draftSteps));
    try (ClipModel clipModel = clip == null ? null : ClipModel.open(clip);
        InceptionModel inceptionModel = inception == null ? null : InceptionModel.open(inception);
        SanaPipeline generator = SanaPipeline.load(options.model(), pipelineOptions(placement))) {
      CaptionEvaluation evaluation =
          new CaptionEvaluation(
              generator,
              settings,
              new CaptionEvaluation.Models(
                  Optional.ofNullable(clipModel), Optional.ofNullable(inceptionModel)),
              progress);
      if (wordings == null) {
        return print("retrieval", evaluation.run(list));
      }
      Map<String, Object> metrics =
          print("unseen wordings", evaluation.run(list, wordings, "wording"));
      print("unseen names", evaluation.run(list, wordings, "name"));
      return metrics;
    }
  }

  private PipelineOptions pipelineOptions(DevicePlacement placement) {
    return new PipelineOptions(
        precision, "", Torch.threads(), placement.isGpu() ? "cuda" : "cpu", List.of(), false);
  }

  private void writeTable(PipelineOptions pipeline, Map<String, Object> metrics, Path file)
      throws IOException {
    try (SanaPipeline generator = SanaPipeline.load(options.model(), pipeline)) {
      PaperTable row =
          PaperTable.measure(
              Checkpoint.open(options.model()), generator, steps, guidanceScale, tableBatch);
      AtomicFile.write(
          file, row.withMetrics(number(metrics, "fid"), number(metrics, "clipScore")).toMarkdown());
    }
  }

  private static OptionalDouble number(Map<String, Object> metrics, String name) {
    return metrics.get(name) instanceof Double value
        ? OptionalDouble.of(value)
        : OptionalDouble.empty();
  }

  /** Prints a line for each way of selecting images; returns the first. */
  private Map<String, Object> print(String measure, List<Map<String, Object>> lines) {
    lines.forEach(line -> print(measure, line));
    return lines.get(0);
  }

  private void print(String measure, Map<String, ?> values) {
    Map<String, Object> line = new TreeMap<>(values);
    line.put("measure", measure);
    spec.commandLine().getOut().println(new String(Json.write(line), StandardCharsets.UTF_8));
    spec.commandLine().getOut().flush();
  }
}
