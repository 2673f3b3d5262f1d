package dev.sanaq.checkpoint.read;

import dev.sanaq.checkpoint.ProblemCollector;
import dev.sanaq.checkpoint.config.SchedulerConfig;
import dev.sanaq.checkpoint.config.TransformerConfig;
import java.nio.file.Path;

/** Checks that the components of a checkpoint fit together. */
final class CrossComponentChecks {
  private final Path folder;
  private final CheckpointContents contents;
  private final ProblemCollector problems;

  CrossComponentChecks(Path folder, CheckpointContents contents, ProblemCollector problems) {
    this.folder = folder;
    this.contents = contents;
    this.problems = problems;
  }

  void check() {
    TransformerConfig transformer = contents.transformer();
    checkEqual(
        "caption_channels", transformer.captionChannels(), contents.textEncoder().hiddenSize());
    checkEqual("in_channels", transformer.inChannels(), contents.autoencoder().latentChannels());
    boolean sprint = contents.index().pipelineClass().isSprint();
    if (transformer.guidanceEmbeds() != sprint) {
      String what = "%s for %s".formatted(sprint, contents.index().pipelineClass().className());
      addProblem("transformer/config.json", "guidance_embeds", what, transformer.guidanceEmbeds());
    }
    if (sprint && transformer.outChannels() != transformer.inChannels()) {
      String what = "in_channels for %s".formatted(contents.index().pipelineClass().className());
      addProblem("transformer/config.json", "out_channels", what, transformer.outChannels());
    }
    checkScheduler(sprint);
  }

  private void checkScheduler(boolean sprint) {
    SchedulerConfig scheduler = contents.scheduler();
    String file = "scheduler/scheduler_config.json";
    if (!scheduler.className().equals(contents.index().schedulerClass())) {
      String what = contents.index().schedulerClass() + ", as " + ModelIndex.FILE + " says";
      addProblem(file, "_class_name", what, scheduler.className());
    }
    if (sprint != scheduler instanceof SchedulerConfig.Scm) {
      String scm = SchedulerConfig.Scm.CLASS;
      String what = sprint ? scm : "a scheduler other than " + scm;
      String where = " for " + contents.index().pipelineClass().className();
      addProblem(file, "_class_name", what + where, scheduler.className());
    }
  }

  private void checkEqual(String key, int found, int expected) {
    if (found != expected) {
      String what =
          key.equals("in_channels")
              ? "vae/config.json's latent_channels, "
              : "text_encoder/config.json's hidden_size, ";
      addProblem("transformer/config.json", key, what + expected, found);
    }
  }

  private void addProblem(String file, String key, String expected, Object found) {
    problems.add(folder.resolve(file).toString(), key, expected, found.toString());
  }
}
