package dev.sanaq.checkpoint.read;

import dev.sanaq.checkpoint.ProblemCollector;
import dev.sanaq.checkpoint.config.SchedulerConfig;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.read.Checkpoint.Configs;
import java.nio.file.Path;

/** What the parts of a checkpoint must have to do with each other. */
final class CrossComponentChecks {
  private final Path folder;
  private final ModelIndex index;
  private final Configs configs;
  private final ProblemCollector problems;

  CrossComponentChecks(Path folder, ModelIndex index, Configs configs, ProblemCollector problems) {
    this.folder = folder;
    this.index = index;
    this.configs = configs;
    this.problems = problems;
  }

  void check() {
    TransformerConfig transformer = configs.transformer();
    checkEqual(
        "caption_channels", transformer.captionChannels(), configs.textEncoder().hiddenSize());
    checkEqual("in_channels", transformer.inChannels(), configs.autoencoder().latentChannels());
    boolean sprint = index.pipelineClass() == PipelineClass.SANA_SPRINT;
    if (transformer.guidanceEmbeds() != sprint) {
      String what = "%s for %s".formatted(sprint, index.pipelineClass().className());
      addProblem("transformer/config.json", "guidance_embeds", what, transformer.guidanceEmbeds());
    }
    if (sprint && transformer.outChannels() != transformer.inChannels()) {
      String what = "in_channels for %s".formatted(index.pipelineClass().className());
      addProblem("transformer/config.json", "out_channels", what, transformer.outChannels());
    }
    checkScheduler(sprint);
  }

  private void checkScheduler(boolean sprint) {
    SchedulerConfig scheduler = configs.scheduler();
    String file = "scheduler/scheduler_config.json";
    if (!scheduler.className().equals(index.schedulerClass())) {
      String what = index.schedulerClass() + ", as " + ModelIndex.FILE + " says";
      addProblem(file, "_class_name", what, scheduler.className());
    }
    if (sprint != scheduler instanceof SchedulerConfig.Scm) {
      String scm = SchedulerConfig.Scm.CLASS;
      String what = sprint ? scm : "a scheduler other than " + scm;
      String where = " for " + index.pipelineClass().className();
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
