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
 * Which weight files are meant. As in diffusers ({@code pipelines/pipeline_loading_utils.py}) a
 * part that lacks the variant asked for gives its plain files; a variant that no part has is
 * refused.
 *
 * @param requested the variant, empty for plain files
 * @param files what lies in each network's folder
 */
record VariantResolver(String requested, Map<Component, WeightFileNames> files) {

  /** The plain files where every part has them, else the only variant that there is. */
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

  static VariantResolver requested(Path folder, String variant) {
    if (!variant.isEmpty() && !WeightFileNames.VARIANT_NAME.matcher(variant).matches()) {
      String what = "a variant of letters, digits, _ and -";
      throw new CheckpointException(folder.toString(), "", what, variant);
    }
    Map<Component, WeightFileNames> files = list(folder);
    if (files.values().stream().noneMatch(part -> part.hasVariant(variant))) {
      Set<String> there = new TreeSet<>();
      files.values().forEach(part -> there.addAll(part.variants()));
      String what = variant.isEmpty() ? "files without a variant" : "variant " + variant;
      throw new CheckpointException(folder.toString(), "", what, "variants " + there);
    }
    return new VariantResolver(variant, files);
  }

  /** What lies in a network's folder. */
  WeightFileNames filesOf(Component network) {
    WeightFileNames of = files.get(network);
    if (of == null) {
      throw new IllegalStateException(network + " was not listed");
    }
    return of;
  }

  /** Which of it to open. */
  String variant(Component network) {
    return filesOf(network).hasVariant(requested) ? requested : "";
  }

  private static Map<Component, WeightFileNames> list(Path folder) {
    Map<Component, WeightFileNames> files = new EnumMap<>(Component.class);
    ProblemCollector problems = new ProblemCollector();
    for (Component network : Component.values()) {
      WeightFileNames of =
          problems.collect(
              () -> WeightFileNames.list(folder.resolve(network.folder()), network.fileBase()));
      if (of != null) {
        files.put(network, of);
      }
    }
    problems.throwIfAny();
    return files;
  }
}
