package dev.sanaq.cli.train;

import dev.sanaq.cli.terminal.CliErrors;
import dev.sanaq.cli.terminal.VerboseOption;
import dev.sanaq.files.TemporaryFolder;
import dev.sanaq.train.emoji.EmojiPreparation;
import dev.sanaq.train.emoji.NpmArchive;
import dev.sanaq.train.emoji.NpmClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code train emoji}: prepares the data of the bundled checkpoint from two npm archives. The local
 * npm downloads those that are not given.
 */
@Command(
    name = "emoji",
    mixinStandardHelpOptions = true,
    description = "Prepares the data of the bundled checkpoint: images of emoji with captions.")
public final class TrainEmojiCommand implements Callable<Integer> {
  @Option(
      names = "--images",
      paramLabel = "ARCHIVE",
      description =
          "Archive from \"npm pack @lobehub/fluent-emoji-3d@1.1.0\" (default: npm downloads it).")
  private Optional<Path> images;

  @Option(
      names = "--names",
      paramLabel = "ARCHIVE",
      description = "Archive from \"npm pack emojibase-data@17.0.0\" (default: npm downloads it).")
  private Optional<Path> names;

  @Mixin private OutputOption output;
  @Mixin private VerboseOption verbose;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try {
      EmojiPreparation.Summary summary = prepare();
      spec.commandLine()
          .getOut()
          .printf(
              "%s: %s emoji for the transformer, %s images for the autoencoder, %s held out%n",
              output.folder(),
              summary.trainedEmoji(),
              summary.autoencoderImages(),
              summary.heldOutImages());
      spec.commandLine().getOut().flush();
      return 0;
    } catch (IOException | RuntimeException e) {
      return CliErrors.report(spec.commandLine().getErr(), e, verbose.isSet());
    }
  }

  private EmojiPreparation.Summary prepare() throws IOException {
    try (TemporaryFolder downloads = TemporaryFolder.create(TemporaryFolder.Purpose.EMOJI)) {
      return EmojiPreparation.prepare(
          images.orElseGet(() -> fetch(NpmArchive.FLUENT_EMOJI, downloads.path())),
          names.orElseGet(() -> fetch(NpmArchive.EMOJIBASE, downloads.path())),
          output.folder());
    }
  }

  private static Path fetch(NpmArchive archive, Path folder) {
    return new NpmClient().fetch(archive, folder);
  }
}
