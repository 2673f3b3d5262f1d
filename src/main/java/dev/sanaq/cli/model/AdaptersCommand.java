package dev.sanaq.cli.model;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.lora.LoraFile;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.SafetensorsFile;
import dev.sanaq.cli.terminal.TextTable;
import dev.sanaq.files.FileErrors;
import dev.sanaq.files.FolderCopy;
import dev.sanaq.job.JobAdapter;
import dev.sanaq.json.Json;
import dev.sanaq.sana.lora.LoraFusion;
import dev.sanaq.sana.lora.LoraInfo;
import dev.sanaq.sana.lora.LoraRegistry;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.transformer.ScaledAdapter;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.StorageException;
import dev.sanaq.storage.adapter.AdapterRejectedException;
import dev.sanaq.storage.adapter.AdapterUploader;
import dev.sanaq.storage.transfer.ObjectUri;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.services.s3.S3Client;

/** {@code adapters}: lists the adapters of a model, uploads one to S3, fuses some into a model. */
@Command(
    name = "adapters",
    mixinStandardHelpOptions = true,
    description =
        "Lists a model's adapters (LoRA files), uploads one to S3, or fuses some into the model.")
public final class AdaptersCommand {
  @Inject StorageConfig storage;

  @Spec private CommandSpec spec;

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the files in the model's adapters folder, also those of no use.",
      exitCodeListHeading = "Exit codes:%n",
      exitCodeList = {
        "0:listed",
        "1:the model cannot be read, or an adapter cannot be used",
        "2:invalid command line"
      })
  int list(
      @Option(
              names = CheckpointOption.NAME,
              required = true,
              paramLabel = "DIR",
              description = CheckpointOption.DESCRIPTION)
          Path model,
      @Option(names = "--json", description = "Print one JSON object a line.") boolean json) {
    List<LoraInfo> adapters;
    try {
      adapters = LoraRegistry.load(Checkpoint.open(model), List.of()).list();
    } catch (CheckpointException e) {
      return printError(e.getMessage());
    }
    if (json) {
      adapters.forEach(adapter -> print(toJson(adapter)));
    } else {
      toTable(adapters).forEach(this::print);
    }
    return adapters.stream().allMatch(LoraInfo::isUsable) ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  @Command(
      name = "push",
      mixinStandardHelpOptions = true,
      description =
          "Uploads an adapter, and prints it as an item of a request's adapters. A URI holds one"
              + " file for good.",
      exitCodeListHeading = "Exit codes:%n",
      exitCodeList = {
        "0:uploaded",
        "1:the file cannot be used, or the upload failed",
        "2:invalid command line"
      })
  int push(
      @Parameters(paramLabel = "FILE", description = "The safetensors file.") Path file,
      @Parameters(
              paramLabel = "s3://BUCKET/PREFIX/NAME.safetensors",
              description =
                  "The target; below one of the workers' sanaq.adapters.allowed-prefixes.")
          String uri,
      @Option(
              names = CheckpointOption.NAME,
              paramLabel = "DIR",
              description = "Check first that the file fits the checkpoint in this folder.")
          @Nullable Path model) {
    if (JobAdapter.locate(uri).isEmpty()) {
      throw new ParameterException(
          spec.subcommands().get("push"), "%s: write %s".formatted(uri, JobAdapter.ALLOWED_URI));
    }
    try (S3Client s3 = S3ClientFactory.client(storage)) {
      check(file, model);
      String sha256 = new AdapterUploader(s3).push(file, ObjectUri.parse(uri));
      Map<String, Object> item = new LinkedHashMap<>();
      item.put("uri", uri);
      item.put("sha256", sha256);
      print(json(item));
      return ExitCode.OK;
    } catch (CheckpointException | AdapterRejectedException | StorageException e) {
      return printError(e.getMessage());
    } catch (IOException e) {
      return printError("could not read %s: %s".formatted(file, FileErrors.describe(e)));
    }
  }

  @Command(
      name = "fuse",
      mixinStandardHelpOptions = true,
      description =
          "Writes a copy of a checkpoint whose transformer contains adapters, for a model that is"
              + " always used with them: it takes no more time than without.",
      exitCodeListHeading = "Exit codes:%n",
      exitCodeList = {
        "0:written",
        "1:the model or a file cannot be used, or writing failed",
        "2:invalid command line"
      })
  int fuse(
      @Option(
              names = CheckpointOption.NAME,
              required = true,
              paramLabel = "DIR",
              description = CheckpointOption.DESCRIPTION)
          Path model,
      @Option(
              names = LoraOption.NAME,
              required = true,
              paramLabel = LoraOption.LABEL,
              description = LoraOption.DESCRIPTION)
          List<String> loras,
      @Option(
              names = "--to",
              required = true,
              paramLabel = "DIR",
              description = "The new checkpoint's folder; must not exist.")
          Path to) {
    List<LoraWeight> weights;
    try {
      weights = loras.stream().map(LoraOption::parse).toList();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.subcommands().get("fuse"), e.getMessage(), e);
    }
    try {
      Checkpoint checkpoint = Checkpoint.open(model);
      List<Path> files =
          weights.stream().map(w -> Path.of(w.name())).filter(Files::isRegularFile).toList();
      List<ScaledAdapter> adapters = LoraRegistry.load(checkpoint, files).resolve(weights);
      FolderCopy.write(model, LoraRegistry.FOLDER, to, copy -> LoraFusion.apply(adapters, copy));
      print(to.toString());
      return ExitCode.OK;
    } catch (FileAlreadyExistsException e) {
      return printError("%s exists; name a new folder".formatted(to));
    } catch (IOException e) {
      return printError("could not write %s: %s".formatted(to, FileErrors.describe(e)));
    } catch (CheckpointException | IllegalArgumentException e) {
      return printError(e.getMessage());
    }
  }

  private static void check(Path file, @Nullable Path model) {
    if (model == null) {
      SafetensorsFile.read(file);
    } else {
      LoraFile.open(file, Checkpoint.open(model).transformer());
    }
  }

  private static String toJson(LoraInfo adapter) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", adapter.name());
    fields.put("sha256", adapter.sha256());
    fields.put("rank", adapter.rank());
    fields.put("bytes", adapter.bytes());
    fields.put("problem", adapter.problem());
    return json(fields);
  }

  private List<String> toTable(List<LoraInfo> adapters) {
    List<List<String>> rows = new ArrayList<>();
    for (LoraInfo adapter : adapters) {
      rows.add(
          List.of(
              adapter.name(),
              adapter.isUsable() ? Integer.toString(adapter.rank()) : "",
              adapter.isUsable() ? String.format(Locale.ROOT, "%,d", adapter.bytes()) : "",
              adapter.isUsable() ? adapter.sha256() : adapter.problem()));
    }
    return TextTable.format(
        spec.commandLine().getColorScheme().ansi(),
        List.of("adapter", "rank", "bytes", "sha256"),
        rows);
  }

  private static String json(Map<String, Object> fields) {
    return new String(Json.write(fields), StandardCharsets.UTF_8);
  }

  private void print(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }

  private int printError(@Nullable String message) {
    spec.commandLine().getErr().println("error: " + message);
    spec.commandLine().getErr().flush();
    return ExitCode.SOFTWARE;
  }
}
