package dev.sanaq.cli.model;

import picocli.CommandLine.Option;

/** {@code --variant}: which of several sets of weight files to read. */
final class VariantOption {
  @Option(
      names = "--variant",
      paramLabel = "NAME",
      defaultValue = "",
      description = "Variant of the weight files, such as bf16 (default: the one that exists).")
  private String variant;

  /** The variant; empty for the one that exists. */
  String variant() {
    return variant;
  }
}
