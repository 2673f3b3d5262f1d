package dev.sanaq.checkpoint.read;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.files.FileErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The weight files of one network's folder: their variants and names.
 *
 * @param folder of the network
 * @param stem of the file names: {@code model} for transformers, {@code diffusion_pytorch_model}
 *     for diffusers
 * @param variants in the folder; "" stands for files without a variant
 */
record WeightFileNames(Path folder, String stem, Set<String> variants) {
  /** Valid names of variants; they cannot lead out of the folder. */
  static final Pattern VARIANT_NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /**
   * Lists a folder; a missing one has no variants.
   *
   * @throws CheckpointException if it cannot be listed
   */
  static WeightFileNames list(Path folder, String base) {
    if (!Files.isDirectory(folder)) {
      return new WeightFileNames(folder, base, Set.of());
    }
    String stem = Pattern.quote(base);
    String variant = VARIANT_NAME.pattern();
    Pattern single = Pattern.compile(stem + "(?:\\.(?<v>" + variant + "))?\\.safetensors");
    Pattern index =
        Pattern.compile(stem + "\\.safetensors\\.index(?:\\.(?<v>" + variant + "))?\\.json");
    Set<String> variants = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> !isShard(name))
          .forEach(
              name -> {
                for (Pattern pattern : new Pattern[] {single, index}) {
                  Matcher m = pattern.matcher(name);
                  if (m.matches()) {
                    variants.add(m.group("v") == null ? "" : m.group("v"));
                  }
                }
              });
    } catch (IOException e) {
      throw new CheckpointException(
          folder.toString(), "", "a readable folder", FileErrors.reason(e));
    }
    return new WeightFileNames(folder, base, Set.copyOf(variants));
  }

  /** A shard, such as model.bf16-00001-of-00002.safetensors; its number is not a variant. */
  private static boolean isShard(String name) {
    return name.matches(".*-\\d{5}-of-\\d{5}\\..*");
  }

  boolean hasVariant(String variant) {
    return variants.contains(variant);
  }

  Path singleFile(String variant) {
    return folder.resolve(stem + dotted(variant) + ".safetensors");
  }

  Path indexFile(String variant) {
    return folder.resolve(stem + ".safetensors.index" + dotted(variant) + ".json");
  }

  private static String dotted(String variant) {
    return variant.isEmpty() ? "" : "." + variant;
  }
}
