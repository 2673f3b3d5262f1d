package dev.sanaq.cli.terminal;

import picocli.CommandLine.Option;

/** {@code --verbose}: whether a failure prints its stack trace. */
public final class VerboseOption {
  @Option(names = "--verbose", description = "Print the stack trace of a failure.")
  private boolean verbose;

  /** Whether to print stack traces. */
  public boolean isSet() {
    return verbose;
  }
}
