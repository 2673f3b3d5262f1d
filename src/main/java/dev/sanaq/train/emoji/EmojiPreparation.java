package dev.sanaq.train.emoji;

import dev.sanaq.train.data.BadDataException;
import dev.sanaq.train.emoji.Emojibase.Pictured;
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
 * archives. In the folder are then {@code pictures/*.webp}; {@code transformer.jsonl}, the emoji
 * that are learnt to be drawn, each on ten backgrounds; {@code autoencoder.jsonl}, all pictures but
 * those of {@code held-out.jsonl}; {@code unseen-wordings.jsonl} for the evaluation; and the
 * licences.
 */
public final class EmojiPreparation {
  private static final String ASSETS = "assets/";
  private static final String LICENSE = "LICENSE";

  /** Of the emoji that are not drawn, one in so many is kept from the autoencoder. */
  private static final int HELD_OUT_EVERY = 16;

  private static final String NOTICE =
      """
      pictures: Fluent Emoji, from npm %s, MIT licence,
        Copyright (c) Microsoft Corporation, Copyright (c) 2023 LobeHub
      captions: names and tags after npm %s, MIT licence, as follows

      """;

  /**
   * What was made.
   *
   * @param drawn emoji that the checkpoint learns to draw
   * @param pictures that the autoencoder learns
   * @param heldOut pictures that it does not
   */
  public record Summary(int drawn, int pictures, int heldOut) {}

  private EmojiPreparation() {}

  /**
   * Prepares.
   *
   * @param pictures the archive {@link NpmArchive#FLUENT_EMOJI}
   * @param names the archive {@link NpmArchive#EMOJIBASE}
   * @param output a folder, made where it is missing; files of these names are replaced
   * @throws BadDataException where an archive is another one, or the folder cannot be written to
   */
  public static Summary prepare(Path pictures, Path names, Path output) {
    Map<String, byte[]> texts =
        NpmArchive.EMOJIBASE.read(names, Set.of(Emojibase.FILE, LICENSE)::contains);
    Map<String, byte[]> assets =
        NpmArchive.FLUENT_EMOJI.read(pictures, path -> path.startsWith(ASSETS));
    return prepare(texts, assets, output);
  }

  /** As above, from the archives' files. */
  static Summary prepare(Map<String, byte[]> texts, Map<String, byte[]> assets, Path output) {
    Set<String> files =
        assets.keySet().stream()
            .map(path -> path.substring(ASSETS.length()))
            .collect(Collectors.toSet());
    Map<String, Pictured> things = Emojibase.things(text(texts, Emojibase.FILE), files);
    try {
      Files.createDirectories(output.resolve(EmojiLists.PICTURES));
      for (Pictured thing : things.values()) {
        Files.write(
            output.resolve(EmojiLists.file(thing.code())), text(assets, ASSETS + thing.picture()));
      }
      writeLicences(output, text(texts, LICENSE));
      return writeLists(output, things, assets);
    } catch (IOException e) {
      throw new BadDataException("%s cannot be written to: %s".formatted(output, e), e);
    }
  }

  private static Summary writeLists(
      Path output, Map<String, Pictured> things, Map<String, byte[]> assets) throws IOException {
    List<Emoji> drawn = EmojiSet.read();
    Set<String> apart = apart(things.keySet(), drawn);
    Map<String, ByteBuffer> learnt = new TreeMap<>();
    Map<String, ByteBuffer> heldOut = new TreeMap<>();
    for (Pictured thing : things.values()) {
      ByteBuffer picture = ByteBuffer.wrap(text(assets, ASSETS + thing.picture()));
      (apart.contains(thing.code()) ? heldOut : learnt).put(thing.code(), picture);
    }
    // The archive has a picture under two names: what is learnt under one is not held out.
    heldOut.values().removeAll(Set.copyOf(learnt.values()));
    EmojiLists lists = new EmojiLists(output);
    lists.writePictures("autoencoder.jsonl", learnt.keySet());
    lists.writePictures("held-out.jsonl", heldOut.keySet());
    lists.writeCaptioned("transformer.jsonl", drawn, things);
    lists.writeUnseen("unseen-wordings.jsonl", drawn);
    return new Summary(drawn.size(), learnt.size(), heldOut.size());
  }

  private static Set<String> apart(Set<String> codes, List<Emoji> drawn) {
    List<String> undrawn = new ArrayList<>(codes);
    undrawn.removeAll(drawn.stream().map(Emoji::code).toList());
    return IntStream.range(0, undrawn.size())
        .filter(i -> i % HELD_OUT_EVERY == 0)
        .mapToObj(undrawn::get)
        .collect(Collectors.toSet());
  }

  private static void writeLicences(Path output, byte[] license) throws IOException {
    String head = NOTICE.formatted(NpmArchive.FLUENT_EMOJI.id(), NpmArchive.EMOJIBASE.id());
    Files.writeString(output.resolve("LICENSES.txt"), head);
    Files.write(output.resolve("LICENSES.txt"), license, StandardOpenOption.APPEND);
  }

  private static byte[] text(Map<String, byte[]> files, String path) {
    byte[] bytes = files.get(path);
    if (bytes == null) {
      throw new BadDataException("the archive has no file " + path);
    }
    return bytes;
  }
}
