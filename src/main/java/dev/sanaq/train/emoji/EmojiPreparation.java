package dev.sanaq.train.emoji;

import dev.sanaq.train.data.BadDataException;
import dev.sanaq.train.emoji.Emojibase.EmojiImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Makes the data of the small checkpoint from the two archives: the same bytes from the same
 * archives. In the folder are then {@code images/*.webp}; {@code transformer.jsonl}, the emoji that
 * are learnt to be drawn, each on ten backgrounds; {@code autoencoder.jsonl}, all images but those
 * of {@code held-out.jsonl}; {@code unseen-wordings.jsonl} for the evaluation; and the licences.
 */
public final class EmojiPreparation {
  private static final String ASSETS = "assets/";
  private static final String LICENSE = "LICENSE";

  /** Of the emoji that are not drawn, one in so many is kept from the autoencoder. */
  private static final int HELD_OUT_INTERVAL = 16;

  private static final String NOTICE =
      """
      images: Fluent Emoji, from npm %s, MIT licence,
        Copyright (c) Microsoft Corporation, Copyright (c) 2023 LobeHub
      captions: names and tags after npm %s, MIT licence, as follows

      """;

  /**
   * What was made.
   *
   * @param trainedEmoji emoji that the checkpoint learns to draw
   * @param autoencoderImages that the autoencoder learns
   * @param heldOutImages images that it does not
   */
  public record Summary(int trainedEmoji, int autoencoderImages, int heldOutImages) {}

  private EmojiPreparation() {}

  /**
   * Prepares.
   *
   * @param images the archive {@link NpmArchive#FLUENT_EMOJI}
   * @param names the archive {@link NpmArchive#EMOJIBASE}
   * @param output a folder, made where it is missing; files of these names are replaced
   * @throws BadDataException where an archive is another one, or the folder cannot be written to
   */
  public static Summary prepare(Path images, Path names, Path output) {
    Map<String, byte[]> texts =
        NpmArchive.EMOJIBASE.extract(names, Set.of(Emojibase.FILE, LICENSE)::contains);
    Map<String, byte[]> assets =
        NpmArchive.FLUENT_EMOJI.extract(images, path -> path.startsWith(ASSETS));
    return prepare(texts, assets, output);
  }

  /** As above, from the archives' files. */
  static Summary prepare(Map<String, byte[]> texts, Map<String, byte[]> assets, Path output) {
    Set<String> files =
        assets.keySet().stream()
            .map(path -> path.substring(ASSETS.length()))
            .collect(Collectors.toSet());
    Map<String, EmojiImage> things =
        Emojibase.selectEmoji(requireFile(texts, Emojibase.FILE), files);
    try {
      Files.createDirectories(output.resolve(EmojiDatasetWriter.IMAGE_DIR));
      for (EmojiImage thing : things.values()) {
        Files.write(
            output.resolve(EmojiDatasetWriter.imagePath(thing.code())),
            requireFile(assets, ASSETS + thing.imageFile()));
      }
      writeLicenses(output, requireFile(texts, LICENSE));
      return writeLists(output, things, assets);
    } catch (IOException e) {
      throw new BadDataException("%s cannot be written to: %s".formatted(output, e), e);
    }
  }

  private static Summary writeLists(
      Path output, Map<String, EmojiImage> things, Map<String, byte[]> assets) throws IOException {
    List<Emoji> drawn = EmojiSet.read();
    Set<String> apart = selectHeldOut(things.keySet(), drawn);
    Map<String, ByteBuffer> learnt = new TreeMap<>();
    Map<String, ByteBuffer> heldOut = new TreeMap<>();
    for (EmojiImage thing : things.values()) {
      ByteBuffer image = ByteBuffer.wrap(requireFile(assets, ASSETS + thing.imageFile()));
      (apart.contains(thing.code()) ? heldOut : learnt).put(thing.code(), image);
    }
    // The archive has an image under two names: what is learnt under one is not held out.
    heldOut.values().removeAll(Set.copyOf(learnt.values()));
    EmojiDatasetWriter lists = new EmojiDatasetWriter(output);
    lists.writeImageList("autoencoder.jsonl", learnt.keySet());
    lists.writeImageList("held-out.jsonl", heldOut.keySet());
    lists.writeCaptionedList("transformer.jsonl", drawn, things);
    lists.writeEvalPrompts("unseen-wordings.jsonl", drawn);
    return new Summary(drawn.size(), learnt.size(), heldOut.size());
  }

  private static Set<String> selectHeldOut(Set<String> codes, List<Emoji> drawn) {
    List<String> undrawn = new ArrayList<>(codes);
    undrawn.removeAll(drawn.stream().map(Emoji::code).toList());
    return IntStream.range(0, undrawn.size())
        .filter(i -> i % HELD_OUT_INTERVAL == 0)
        .mapToObj(undrawn::get)
        .collect(Collectors.toSet());
  }

  private static void writeLicenses(Path output, byte[] license) throws IOException {
    String head = NOTICE.formatted(NpmArchive.FLUENT_EMOJI.id(), NpmArchive.EMOJIBASE.id());
    Files.writeString(output.resolve("LICENSES.txt"), head);
    Files.write(output.resolve("LICENSES.txt"), license, StandardOpenOption.APPEND);
  }

  private static byte[] requireFile(Map<String, byte[]> files, String path) {
    byte[] bytes = files.get(path);
    if (bytes == null) {
      throw new BadDataException("the archive has no file " + path);
    }
    return bytes;
  }
}
