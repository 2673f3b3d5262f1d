package dev.sanaq.cli.model;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.model.ModelDownloader;
import dev.sanaq.storage.model.ModelTransferException;
import dev.sanaq.storage.model.ModelUploader;
import dev.sanaq.storage.model.ModelUri;
import jakarta.inject.Inject;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.services.s3.S3Client;

/** {@code model}: uploads a checkpoint to S3, downloads it, and fits its previews. */
@Command(
    name = "model",
    mixinStandardHelpOptions = true,
    description = "Uploads a checkpoint to S3, downloads one, or fits the previews of one.",
    subcommands = {AdaptersCommand.class, PreviewFitCommand.class})
public final class ModelCommand {
  @Inject StorageConfig storage;

  @Spec private CommandSpec spec;

  @Command(
      name = "push",
      mixinStandardHelpOptions = true,
      description =
          "Uploads a checkpoint with a manifest of its checksums, for sanaq.model.source. A"
              + " location holds one checkpoint for good.",
      exitCodeListHeading = "Exit codes:%n",
      exitCodeList = {"0:uploaded", "1:upload failed", "2:invalid command line"})
  int push(
      @Option(
              names = CheckpointOption.NAME,
              required = true,
              paramLabel = "DIR",
              description = CheckpointOption.DESCRIPTION)
          Path model,
      @Option(
              names = "--to",
              required = true,
              paramLabel = "s3://BUCKET/PREFIX",
              description = "The target location.")
          String to) {
    ModelUri uri = parseUri("push", "--to", to);
    try (S3Client s3 = S3ClientFactory.client(storage)) {
      Checkpoint.open(model);
      long bytes = new ModelUploader(s3).push(model, uri);
      return printResult("%s: %s bytes".formatted(uri, bytes));
    } catch (ModelTransferException | CheckpointException e) {
      return printError(e);
    }
  }

  @Command(
      name = "pull",
      mixinStandardHelpOptions = true,
      description = "Downloads a checkpoint that push uploaded; resumes an interrupted download.",
      exitCodeListHeading = "Exit codes:%n",
      exitCodeList = {"0:downloaded", "1:download failed", "2:invalid command line"})
  int pull(
      @Option(
              names = "--from",
              required = true,
              paramLabel = "s3://BUCKET/PREFIX",
              description = "The source location.")
          String from,
      @Option(
              names = CheckpointOption.NAME,
              required = true,
              paramLabel = "DIR",
              description = "The target folder.")
          Path model) {
    ModelUri uri = parseUri("pull", "--from", from);
    try (S3Client s3 = S3ClientFactory.client(storage)) {
      new ModelDownloader(s3, storage.retryTimeout()).pull(uri, model);
      return printResult(model.toString());
    } catch (ModelTransferException e) {
      return printError(e);
    }
  }

  private ModelUri parseUri(String command, String option, String text) {
    try {
      return ModelUri.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.subcommands().get(command), option + ": " + e.getMessage(), e);
    }
  }

  private int printResult(String text) {
    spec.commandLine().getOut().println(text);
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }

  private int printError(Exception e) {
    spec.commandLine().getErr().println("error: " + e.getMessage());
    spec.commandLine().getErr().flush();
    return ExitCode.SOFTWARE;
  }
}
