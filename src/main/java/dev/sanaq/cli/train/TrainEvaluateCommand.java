package dev.sanaq.cli.train;

import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.files.TemporaryFolder;
import dev.sanaq.json.Json;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Torch;
import dev.sanaq.train.Evaluation;
import dev.sanaq.train.eval.ClipModel;
import dev.sanaq.train.eval.RetrievalEvaluation;
import dev.sanaq.train.loop.TrainingProgress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
            + " often the image generated for a caption is the right one.")
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
      if (captions != null) {
        evaluateCaptions(placement, console, captions);
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

  private void evaluateCaptions(DevicePlacement placement, TrainingProgress progress, Path list)
      throws IOException {
    PipelineOptions pipeline =
        new PipelineOptions(
            "fp32", "", Torch.threads(), placement.isGpu() ? "cuda" : "cpu", List.of(), false);
    RetrievalEvaluation.Settings settings =
        new RetrievalEvaluation.Settings(limit, steps, guidanceScale, seed, !noPromptInstruction);
    try (SanaPipeline generator = SanaPipeline.load(options.model(), pipeline)) {
      if (clip == null) {
        evaluateRetrieval(list, new RetrievalEvaluation(generator, settings, Map.of(), progress));
      } else {
        try (ClipModel clipModel = ClipModel.open(clip)) {
          evaluateRetrieval(
              list,
              new RetrievalEvaluation(
                  generator, settings, Map.of("clipScore", clipModel::score), progress));
        }
      }
    }
  }

  private void evaluateRetrieval(Path list, RetrievalEvaluation evaluation) throws IOException {
    if (wordings == null) {
      print("retrieval", evaluation.run(list));
    } else {
      print("unseen wordings", evaluation.run(list, wordings, "wording"));
      print("unseen names", evaluation.run(list, wordings, "name"));
    }
  }

  private void print(String measure, Map<String, ?> values) {
    Map<String, Object> line = new TreeMap<>(values);
    line.put("measure", measure);
    spec.commandLine().getOut().println(new String(Json.write(line), StandardCharsets.UTF_8));
    spec.commandLine().getOut().flush();
  }
}
