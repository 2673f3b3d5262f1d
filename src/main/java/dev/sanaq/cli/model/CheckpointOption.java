package dev.sanaq.cli.model;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** {@code --model}: the checkpoint of a command that cannot do without one. */
public final class CheckpointOption {
  /** The option's name. */
  public static final String NAME = "--model";

  /** The option's description, for commands that declare it themselves. */
  public static final String DESCRIPTION =
      "Folder of a checkpoint in the published (diffusers) layout.";

  @Option(names = NAME, required = true, paramLabel = "DIR", description = DESCRIPTION)
  private Path folder;

  /**
   * The checkpoint's folder.
   *
   * @throws IllegalArgumentException if it does not exist
   */
  public Path folder() {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("--model %s: no such folder".formatted(folder));
    }
    return folder;
  }
}
