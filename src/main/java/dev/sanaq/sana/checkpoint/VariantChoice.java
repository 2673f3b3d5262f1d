package dev.sanaq.sana.checkpoint;

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
 * @param asked the variant, empty for plain files
 * @param files what lies in each network's folder
 */
record VariantChoice(String asked, Map<Network, WeightFiles> files) {

  /** The plain files where every part has them, else the only variant that there is. */
  static VariantChoice found(Path folder) {
    Map<Network, WeightFiles> files = list(folder);
    Set<String> candidates = new TreeSet<>();
    for (WeightFiles part : files.values()) {
      if (!part.has("")) {
        candidates.addAll(part.variants());
      }
    }
    if (candidates.size() > 1) {
      throw new CheckpointException(
          folder.toString(), "", "one variant, or a choice among them", "several: " + candidates);
    }
    return new VariantChoice(candidates.isEmpty() ? "" : candidates.iterator().next(), files);
  }

  static VariantChoice asked(Path folder, String variant) {
    if (!variant.isEmpty() && !WeightFiles.VARIANT.matcher(variant).matches()) {
      String what = "a variant of letters, digits, _ and -";
      throw new CheckpointException(folder.toString(), "", what, variant);
    }
    Map<Network, WeightFiles> files = list(folder);
    if (files.values().stream().noneMatch(part -> part.has(variant))) {
      Set<String> there = new TreeSet<>();
      files.values().forEach(part -> there.addAll(part.variants()));
      String what = variant.isEmpty() ? "files without a variant" : "variant " + variant;
      throw new CheckpointException(folder.toString(), "", what, "variants " + there);
    }
    return new VariantChoice(variant, files);
  }

  /** What lies in a network's folder. */
  WeightFiles of(Network network) {
    WeightFiles of = files.get(network);
    if (of == null) {
      throw new IllegalStateException(network + " was not listed");
    }
    return of;
  }

  /** Which of it to open. */
  String variant(Network network) {
    return of(network).has(asked) ? asked : "";
  }

  private static Map<Network, WeightFiles> list(Path folder) {
    Map<Network, WeightFiles> files = new EnumMap<>(Network.class);
    Problems problems = new Problems();
    for (Network network : Network.values()) {
      WeightFiles of =
          problems.collect(
              () -> WeightFiles.list(folder.resolve(network.folder()), network.fileBase()));
      if (of != null) {
        files.put(network, of);
      }
    }
    problems.refuseAny();
    return files;
  }
}
