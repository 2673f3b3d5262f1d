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

/** {@code model}: checkpoints on the storage, where workers in a cluster find them. */
@Command(
    name = "model",
    mixinStandardHelpOptions = true,
    description = "Publishes a checkpoint on the storage, or fetches one.")
public final class ModelCommand {
  @Inject StorageConfig storage;

  @Spec private CommandSpec spec;

  @Command(
      name = "push",
      mixinStandardHelpOptions = true,
      description =
          "Uploads a checkpoint with a manifest of its checksums, for sanaq.model.source. An "
              + "address holds one checkpoint for good.",
      exitCodeListHeading = "Exit codes:%n",
      exitCodeList = {"0:it is there", "1:it could not be published", "2:used wrongly"})
  int push(
      @Option(names = "--model", required = true, paramLabel = "DIR", description = "Its folder.")
          Path model,
      @Option(names = "--to", required = true, paramLabel = "s3://BUCKET/PREFIX") String to) {
    ModelUri address = parseUri("--to", to);
    try (S3Client s3 = S3ClientFactory.client(storage)) {
      Checkpoint.open(model);
      long bytes = new ModelUploader(s3).push(model, address);
      return printResult("%s: %d bytes".formatted(address, bytes));
    } catch (ModelTransferException e) {
      return printError(e);
    } catch (CheckpointException e) {
      return printError(e);
    }
  }

  @Command(
      name = "pull",
      mixinStandardHelpOptions = true,
      description = "Downloads a checkpoint that push published; goes on where it was interrupted.",
      exitCodeListHeading = "Exit codes:%n",
      exitCodeList = {"0:it is there, whole", "1:it could not be had", "2:used wrongly"})
  int pull(
      @Option(names = "--from", required = true, paramLabel = "s3://BUCKET/PREFIX") String from,
      @Option(names = "--model", required = true, paramLabel = "DIR", description = "Where to.")
          Path model) {
    ModelUri address = parseUri("--from", from);
    try (S3Client s3 = S3ClientFactory.client(storage)) {
      new ModelDownloader(s3, storage.retryTimeout()).pull(address, model);
      return printResult(model.toString());
    } catch (ModelTransferException e) {
      return printError(e);
    }
  }

  private ModelUri parseUri(String option, String text) {
    try {
      return ModelUri.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage());
    }
  }

  private int printResult(String what) {
    spec.commandLine().getOut().println(what);
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }

  private int printError(Exception e) {
    spec.commandLine().getErr().println("error: " + e.getMessage());
    spec.commandLine().getErr().flush();
    return ExitCode.SOFTWARE;
  }
}
