package dev.sanaq.sana.checkpoint;

import dev.sanaq.sana.checkpoint.Checkpoint.Configs;
import java.nio.file.Path;

/** What the parts of a checkpoint must have to do with each other. */
final class PartsTogether {
  private final Path folder;
  private final ModelIndex index;
  private final Configs configs;
  private final Problems problems;

  PartsTogether(Path folder, ModelIndex index, Configs configs, Problems problems) {
    this.folder = folder;
    this.index = index;
    this.configs = configs;
    this.problems = problems;
  }

  void check() {
    TransformerConfig transformer = configs.transformer();
    equal("caption_channels", transformer.captionChannels(), configs.textEncoder().hiddenSize());
    equal("in_channels", transformer.inChannels(), configs.autoencoder().latentChannels());
    boolean sprint = index.pipeline() == Pipeline.SANA_SPRINT;
    if (transformer.guidanceEmbeds() != sprint) {
      String what = "%s for %s".formatted(sprint, index.pipeline().className());
      add("transformer/config.json", "guidance_embeds", what, transformer.guidanceEmbeds());
    }
    if (sprint && transformer.outChannels() != transformer.inChannels()) {
      String what = "in_channels for %s".formatted(index.pipeline().className());
      add("transformer/config.json", "out_channels", what, transformer.outChannels());
    }
    checkScheduler(sprint);
  }

  private void checkScheduler(boolean sprint) {
    SchedulerConfig scheduler = configs.scheduler();
    String file = "scheduler/scheduler_config.json";
    if (!scheduler.className().equals(index.schedulerClass())) {
      String what = index.schedulerClass() + ", as " + ModelIndex.FILE + " says";
      add(file, "_class_name", what, scheduler.className());
    }
    if (sprint != scheduler instanceof SchedulerConfig.Scm) {
      String scm = SchedulerConfig.Scm.CLASS;
      String what = sprint ? scm : "a scheduler other than " + scm;
      String where = " for " + index.pipeline().className();
      add(file, "_class_name", what + where, scheduler.className());
    }
  }

  private void equal(String key, int found, int expected) {
    if (found != expected) {
      String what =
          key.equals("in_channels")
              ? "vae/config.json's latent_channels, "
              : "text_encoder/config.json's hidden_size, ";
      add("transformer/config.json", key, what + expected, found);
    }
  }

  private void add(String file, String key, String expected, Object found) {
    problems.add(folder.resolve(file).toString(), key, expected, found.toString());
  }
}
