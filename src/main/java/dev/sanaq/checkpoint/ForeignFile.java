package dev.sanaq.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** What a file is that should be a checkpoint's and is not, by its first bytes. */
public final class ForeignFile {
  /** Enough for every kind, with some space before a web page's first tag. */
  private static final int HEAD_BYTES = 512;

  private static final String ZIP = "PK\u0003\u0004";
  private static final String GZIP = "\u001f\u008b";
  private static final String HDF5 = "\u0089HDF";
  private static final char PICKLE = '\u0080';
  private static final char NEWEST_PICKLE = '\u0005';

  private ForeignFile() {}

  /**
   * Requires that there is a file at all.
   *
   * @param expected what the file should be
   * @throws CheckpointException if there is none, or a folder
   */
  public static void requireFile(Path file, String expected) {
    if (!Files.isRegularFile(file)) {
      String found = Files.isDirectory(file) ? "a folder" : "none";
      throw new CheckpointException(file.toString(), "", expected, found);
    }
  }

  /**
   * Describes a file that was refused.
   *
   * @return what it is and what to do; empty if it is none of the known kinds or cannot be read
   */
  public static Optional<String> describe(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return describe(in.readNBytes(HEAD_BYTES));
    } catch (IOException e) {
      return Optional.empty(); // the caller has its own problem with the file
    }
  }

  /** As {@link #describe(Path)}, by the bytes or the first of them. */
  public static Optional<String> describe(byte[] bytes) {
    if (bytes.length == 0) {
      return Optional.of("an empty file");
    }
    int length = Math.min(bytes.length, HEAD_BYTES);
    String head = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    String text = head.replaceFirst("^\u00ef\u00bb\u00bf", "").strip().toLowerCase(Locale.ROOT);
    if (text.startsWith("version https://git-lfs")) {
      return Optional.of("a git-lfs pointer instead of the file: run git lfs pull");
    }
    if (text.startsWith("<!doctype html") || text.startsWith("<html")) {
      return Optional.of("a web page instead of the file: download the file itself");
    }
    if (text.startsWith("<?xml")) {
      return Optional.of("an XML document, such as a storage's error: download the file again");
    }
    if (head.startsWith(ZIP)) {
      return Optional.of(
          "a zip archive, as torch.save writes: convert it to safetensors, or unpack it");
    }
    if (head.startsWith(GZIP)) {
      return Optional.of("a gzip file: unpack it");
    }
    if (head.startsWith(HDF5)) {
      return Optional.of("an HDF5 file: convert it to safetensors");
    }
    if (head.startsWith("GGUF")) {
      return Optional.of("a GGUF file: use the safetensors files of the model");
    }
    if (head.charAt(0) == PICKLE && length > 1 && head.charAt(1) <= NEWEST_PICKLE) {
      return Optional.of("a Python pickle, as torch.save writes: convert it to safetensors");
    }
    return head.chars().allMatch(c -> c == 0)
        ? Optional.of("zero bytes, as an interrupted download leaves: download the file again")
        : Optional.empty();
  }
}
