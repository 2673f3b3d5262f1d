package dev.sanaq.train.data;

import dev.sanaq.files.FileErrors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** SHA-256 over the rows of a dataset and the bytes of their images, for cache keys. */
public final class DatasetFingerprint {
  private static final int BUFFER_BYTES = 1 << 16;

  private DatasetFingerprint() {}

  /**
   * Computes the fingerprint; another caption, pixel or order gives another one.
   *
   * @return 64 hexadecimal digits
   * @throws BadDataException if an image cannot be read
   */
  public static String of(Dataset dataset) {
    MessageDigest digest = newSha256();
    Map<String, byte[]> imageHashes = new HashMap<>();
    for (TrainingSample sample : dataset.samples()) {
      // A record's text names every field, so two different samples never have the same text.
      digest.update(sample.toString().getBytes(StandardCharsets.UTF_8));
      digest.update(
          imageHashes.computeIfAbsent(
              sample.image(), image -> hashFile(dataset.imageFile(sample))));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static byte[] hashFile(Path file) {
    MessageDigest digest = newSha256();
    try (InputStream input = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = input.read(buffer); n >= 0; n = input.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    } catch (IOException e) {
      throw new BadDataException("%s cannot be read: %s".formatted(file, FileErrors.reason(e)), e);
    }
    return digest.digest();
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every Java", e);
    }
  }
}
