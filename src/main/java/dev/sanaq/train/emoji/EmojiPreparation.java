package dev.sanaq.train.emoji;

import dev.sanaq.files.AtomicFile;
import dev.sanaq.files.FileErrors;
import dev.sanaq.train.data.BadDataException;
import dev.sanaq.train.emoji.Emojibase.EmojiImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Prepares the data of the bundled checkpoint from two npm archives; the same archives give the
 * same bytes. Writes {@code images/*.webp}; {@code transformer.jsonl}, the emoji for the
 * transformer, each on ten backgrounds; {@code autoencoder.jsonl}, all images except those of
 * {@code held-out.jsonl}; {@code unseen-wordings.jsonl} for the evaluation; and the licences.
 */
public final class EmojiPreparation {
  private static final String ASSETS = "assets/";
  private static final String LICENSE = "LICENSE";

  /** Of the emoji that are not in the transformer's data, every sixteenth is held out. */
  private static final int HELD_OUT_INTERVAL = 16;

  private static final String NOTICE =
      """
      images: Fluent Emoji, from npm %s, MIT licence,
        Copyright (c) Microsoft Corporation, Copyright (c) 2023 LobeHub
      captions: names and tags after npm %s, MIT licence, as follows

      """;

  /**
   * Sizes of the prepared data.
   *
   * @param trainedEmoji emoji for the transformer
   * @param autoencoderImages training images of the autoencoder
   * @param heldOutImages images that nothing is trained on
   */
  public record Summary(int trainedEmoji, int autoencoderImages, int heldOutImages) {}

  private EmojiPreparation() {}

  /**
   * Prepares the data.
   *
   * @param images the archive {@link NpmArchive#FLUENT_EMOJI}
   * @param names the archive {@link NpmArchive#EMOJIBASE}
   * @param output a folder, created if it does not exist; existing files are replaced
   * @throws BadDataException if an archive is another one, or the folder cannot be written
   */
  public static Summary prepare(Path images, Path names, Path output) {
    Map<String, byte[]> texts =
        NpmArchive.EMOJIBASE.extract(names, Set.of(Emojibase.FILE, LICENSE)::contains);
    Map<String, byte[]> assets =
        NpmArchive.FLUENT_EMOJI.extract(images, path -> path.startsWith(ASSETS));
    return prepare(texts, assets, output);
  }

  /** As {@link #prepare(Path, Path, Path)}, from the contents of the archives. */
  static Summary prepare(Map<String, byte[]> texts, Map<String, byte[]> assets, Path output) {
    Set<String> files =
        assets.keySet().stream()
            .map(path -> path.substring(ASSETS.length()))
            .collect(Collectors.toSet());
    Map<String, EmojiImage> emojiImages =
        Emojibase.selectEmoji(requireFile(texts, Emojibase.FILE), files);
    try {
      Files.createDirectories(output.resolve(EmojiDatasetWriter.IMAGE_DIR));
      for (EmojiImage image : emojiImages.values()) {
        AtomicFile.write(
            output.resolve(EmojiDatasetWriter.imagePath(image.code())),
            requireFile(assets, ASSETS + image.imageFile()));
      }
      writeLicenses(output, requireFile(texts, LICENSE));
      return writeLists(output, emojiImages, assets);
    } catch (IOException e) {
      throw new BadDataException(
          "cannot write %s: %s".formatted(output, FileErrors.describe(e)), e);
    }
  }

  private static Summary writeLists(
      Path output, Map<String, EmojiImage> emojiImages, Map<String, byte[]> assets)
      throws IOException {
    List<Emoji> trained = EmojiSet.read();
    Set<String> heldOutCodes = selectHeldOut(emojiImages.keySet(), trained);
    Map<String, ByteBuffer> training = new TreeMap<>();
    Map<String, ByteBuffer> heldOut = new TreeMap<>();
    for (EmojiImage image : emojiImages.values()) {
      ByteBuffer bytes = ByteBuffer.wrap(requireFile(assets, ASSETS + image.imageFile()));
      (heldOutCodes.contains(image.code()) ? heldOut : training).put(image.code(), bytes);
    }
    // The archive has one image under two names; it must not be in both lists.
    heldOut.values().removeAll(Set.copyOf(training.values()));
    EmojiDatasetWriter lists = new EmojiDatasetWriter(output);
    lists.writeImageList("autoencoder.jsonl", training.keySet());
    lists.writeImageList("held-out.jsonl", heldOut.keySet());
    lists.writeCaptionedList("transformer.jsonl", trained, emojiImages);
    lists.writeEvalPrompts("unseen-wordings.jsonl", trained);
    return new Summary(trained.size(), training.size(), heldOut.size());
  }

  private static Set<String> selectHeldOut(Set<String> codes, List<Emoji> trained) {
    List<String> others = new ArrayList<>(codes);
    others.removeAll(trained.stream().map(Emoji::code).toList());
    return IntStream.range(0, others.size())
        .filter(i -> i % HELD_OUT_INTERVAL == 0)
        .mapToObj(others::get)
        .collect(Collectors.toSet());
  }

  private static void writeLicenses(Path output, byte[] license) throws IOException {
    String head = NOTICE.formatted(NpmArchive.FLUENT_EMOJI.id(), NpmArchive.EMOJIBASE.id());
    AtomicFile.write(
        output.resolve("LICENSES.txt"), head + new String(license, StandardCharsets.UTF_8));
  }

  private static byte[] requireFile(Map<String, byte[]> files, String path) {
    byte[] bytes = files.get(path);
    if (bytes == null) {
      throw new BadDataException("the archive has no file " + path);
    }
    return bytes;
  }
}
