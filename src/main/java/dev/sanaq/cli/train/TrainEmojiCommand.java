package dev.sanaq.cli.train;

import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.train.emoji.EmojiPreparation;
import dev.sanaq.train.emoji.NpmArchive;
import dev.sanaq.train.emoji.NpmClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code train emoji}: the data of the checkpoint that ships, made from two archives of npm, which
 * npm fetches where they are not given.
 */
@Command(
    name = "emoji",
    mixinStandardHelpOptions = true,
    description = "Prepares the data of the small checkpoint: emoji, their names, wordings.")
public final class TrainEmojiCommand implements Callable<Integer> {
  @Option(
      names = "--images",
      paramLabel = "ARCHIVE",
      description = "What \"npm pack @lobehub/fluent-emoji-3d@1.1.0\" gives; else npm is asked.")
  private Optional<Path> images;

  @Option(
      names = "--names",
      paramLabel = "ARCHIVE",
      description = "What \"npm pack emojibase-data@17.0.0\" gives; else npm is asked.")
  private Optional<Path> names;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FOLDER",
      description = "Where the images and the lists go; made where it is missing.")
  private Path output;

  @Option(names = "--verbose", description = "Print the stack trace of a failure.")
  private boolean verbose;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try {
      EmojiPreparation.Summary made = prepare();
      spec.commandLine()
          .getOut()
          .printf(
              "%s: %d emoji to draw, %d images for the autoencoder and %d held out%n",
              output, made.trainedEmoji(), made.autoencoderImages(), made.heldOutImages());
      spec.commandLine().getOut().flush();
      return 0;
    } catch (IOException | RuntimeException e) {
      return CliErrors.report(spec.commandLine().getErr(), e, verbose);
    }
  }

  private EmojiPreparation.Summary prepare() throws IOException {
    Path fetched = Files.createTempDirectory("sanaq-emoji");
    try {
      return EmojiPreparation.prepare(
          images.orElseGet(() -> fetch(NpmArchive.FLUENT_EMOJI, fetched)),
          names.orElseGet(() -> fetch(NpmArchive.EMOJIBASE, fetched)),
          output);
    } finally {
      Files.deleteIfExists(fetched.resolve(NpmArchive.FLUENT_EMOJI.fileName()));
      Files.deleteIfExists(fetched.resolve(NpmArchive.EMOJIBASE.fileName()));
      Files.deleteIfExists(fetched);
    }
  }

  private static Path fetch(NpmArchive archive, Path folder) {
    return new NpmClient().fetch(archive, folder);
  }
}
