package dev.sanaq.cli;

import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.checkpoint.CheckpointException;
import dev.sanaq.storage.S3;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.weights.WeightsAddress;
import dev.sanaq.weights.WeightsException;
import dev.sanaq.weights.WeightsFetch;
import dev.sanaq.weights.WeightsPush;
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
    WeightsAddress address = address("--to", to);
    try (S3Client s3 = S3.client(storage)) {
      Checkpoint.open(model);
      long bytes = new WeightsPush(s3).push(model, address);
      return done("%s: %d bytes".formatted(address, bytes));
    } catch (WeightsException e) {
      return failed(e);
    } catch (CheckpointException e) {
      return failed(e);
    }
  }

  @Command(
      name = "fetch",
      mixinStandardHelpOptions = true,
      description = "Downloads a checkpoint that push published; goes on where it was interrupted.",
      exitCodeListHeading = "Exit codes:%n",
      exitCodeList = {"0:it is there, whole", "1:it could not be had", "2:used wrongly"})
  int fetch(
      @Option(names = "--from", required = true, paramLabel = "s3://BUCKET/PREFIX") String from,
      @Option(names = "--model", required = true, paramLabel = "DIR", description = "Where to.")
          Path model) {
    WeightsAddress address = address("--from", from);
    try (S3Client s3 = S3.client(storage)) {
      new WeightsFetch(s3, storage.patience()).fetch(address, model);
      return done(model.toString());
    } catch (WeightsException e) {
      return failed(e);
    }
  }

  private WeightsAddress address(String option, String text) {
    try {
      return WeightsAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage());
    }
  }

  private int done(String what) {
    spec.commandLine().getOut().println(what);
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }

  private int failed(Exception e) {
    spec.commandLine().getErr().println("error: " + e.getMessage());
    spec.commandLine().getErr().flush();
    return ExitCode.SOFTWARE;
  }
}
