package dev.sanaq.cli.train;

import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.json.Json;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Torch;
import dev.sanaq.train.Evaluation;
import dev.sanaq.train.eval.ClipModel;
import dev.sanaq.train.eval.RetrievalEvaluation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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

/** {@code train evaluate}: a line of JSON a measure on standard output. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description =
        "Measures a checkpoint: reconstruction and flow-matching loss on held-out images, and"
            + " whether it draws what captions say.")
public final class TrainEvaluateCommand implements Callable<Integer> {
  @Option(
      names = "--held-out",
      paramLabel = "LIST",
      description = "Images that were not learnt: PSNR, SSIM, loss by timestep.")
  private @Nullable Path heldOut;

  @Option(
      names = "--captions",
      paramLabel = "LIST",
      description = "Captioned images: is what is drawn for a caption nearest to its own?")
  private @Nullable Path captions;

  @Option(
      names = "--wordings",
      paramLabel = "LIST",
      description =
          "Sentences that were not learnt, as train emoji writes them, for the images of"
              + " --captions.")
  private @Nullable Path wordings;

  @Option(
      names = "--clip",
      paramLabel = "DIR",
      description =
          "A CLIP model, clip.pt and tokenizer.json: how well what is drawn fits the captions.")
  private @Nullable Path clip;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "0",
      description = "Draw so many captions, chosen at random. Default: all.")
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
      description = "Of the choice and of the images (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--no-instruction", description = "Captions without the instruction before.")
  private boolean noInstruction;

  @Mixin private EvaluationOptions options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (TrainingConsole lines = new TrainingConsole(spec.commandLine().getErr())) {
      DevicePlacement placement = options.placement();
      if (heldOut != null) {
        heldOut(new Evaluation(options.model(), placement, lines), heldOut);
      }
      if (captions != null) {
        captions(placement, lines, captions);
      }
      return 0;
    } catch (IOException | RuntimeException e) {
      return CliErrors.report(spec.commandLine().getErr(), e, options.verbose());
    }
  }

  private void heldOut(Evaluation evaluation, Path list) throws IOException {
    print("reconstruction", evaluation.reconstruction(list));
    Path cache = Files.createTempDirectory("sanaq-evaluate");
    try {
      print("flow", evaluation.flowLoss(list, cache, seed));
    } finally {
      try (var files = Files.list(cache)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          Files.delete(file);
        }
      }
      Files.delete(cache);
    }
  }

  private void captions(DevicePlacement placement, TrainingConsole lines, Path list)
      throws IOException {
    PipelineOptions pipeline =
        new PipelineOptions("fp32", "", Torch.threads(), placement.gpu() < 0 ? "cpu" : "cuda", List.of(), false);
    RetrievalEvaluation.Settings settings =
        new RetrievalEvaluation.Settings(limit, steps, guidanceScale, seed, !noInstruction);
    try (SanaPipeline painter = SanaPipeline.load(options.model(), pipeline)) {
      if (clip == null) {
        captions(list, new RetrievalEvaluation(painter, settings, Map.of(), lines));
      } else {
        try (ClipModel judge = ClipModel.open(clip)) {
          captions(
              list,
              new RetrievalEvaluation(painter, settings, Map.of("clipScore", judge::score), lines));
        }
      }
    }
  }

  private void captions(Path list, RetrievalEvaluation trial) throws IOException {
    if (wordings == null) {
      print("retrieval", trial.run(list));
    } else {
      print("unseen wordings", trial.run(list, wordings, "wording"));
      print("unseen names", trial.run(list, wordings, "name"));
    }
  }

  private void print(String measure, Map<String, ?> figures) {
    Map<String, Object> line = new TreeMap<>(figures);
    line.put("measure", measure);
    spec.commandLine().getOut().println(new String(Json.write(line), StandardCharsets.UTF_8));
    spec.commandLine().getOut().flush();
  }
}
