package dev.sanaq.checkpoint.read;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.ProblemCollector;
import dev.sanaq.checkpoint.config.Component;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Resolves the variant of each network's weight files. As in diffusers ({@code
 * pipelines/pipeline_loading_utils.py}) a network without the requested variant uses its files
 * without a variant.
 *
 * @param requested the variant; empty for files without one
 * @param files of each network's folder
 */
record VariantResolver(String requested, Map<Component, WeightFileNames> files) {

  /** The files without a variant if every network has them, else the only variant. */
  static VariantResolver detect(Path folder) {
    Map<Component, WeightFileNames> files = list(folder);
    Set<String> candidates = new TreeSet<>();
    for (WeightFileNames part : files.values()) {
      if (!part.hasVariant("")) {
        candidates.addAll(part.variants());
      }
    }
    if (candidates.size() > 1) {
      throw new CheckpointException(
          folder.toString(), "", "one variant, or a choice among them", "several: " + candidates);
    }
    return new VariantResolver(candidates.isEmpty() ? "" : candidates.iterator().next(), files);
  }

  /**
   * A requested variant.
   *
   * @throws CheckpointException if the name is invalid or no network has the variant
   */
  static VariantResolver requested(Path folder, String variant) {
    if (!variant.isEmpty() && !WeightFileNames.VARIANT_NAME.matcher(variant).matches()) {
      String what = "a variant of letters, digits, _ and -";
      throw new CheckpointException(folder.toString(), "", what, variant);
    }
    Map<Component, WeightFileNames> files = list(folder);
    if (files.values().stream().noneMatch(part -> part.hasVariant(variant))) {
      Set<String> found = new TreeSet<>();
      files.values().forEach(part -> found.addAll(part.variants()));
      String what = variant.isEmpty() ? "files without a variant" : "variant " + variant;
      throw new CheckpointException(folder.toString(), "", what, "variants " + found);
    }
    return new VariantResolver(variant, files);
  }

  /** The files of a network's folder. */
  WeightFileNames filesOf(Component network) {
    WeightFileNames names = files.get(network);
    if (names == null) {
      throw new IllegalStateException(network + " was not listed");
    }
    return names;
  }

  /** The variant to open for a network. */
  String variant(Component network) {
    return filesOf(network).hasVariant(requested) ? requested : "";
  }

  private static Map<Component, WeightFileNames> list(Path folder) {
    Map<Component, WeightFileNames> files = new EnumMap<>(Component.class);
    ProblemCollector problems = new ProblemCollector();
    for (Component network : Component.values()) {
      WeightFileNames names =
          problems.collect(
              () -> WeightFileNames.list(folder.resolve(network.folder()), network.fileBase()));
      if (names != null) {
        files.put(network, names);
      }
    }
    problems.throwIfAny();
    return files;
  }
}
