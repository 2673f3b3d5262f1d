package dev.sanaq.train.data;

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

/** What a dataset is, in 256 bits. */
final class DatasetFingerprint {
  private static final int BUFFER_BYTES = 1 << 16;

  private DatasetFingerprint() {}

  static String compute(Dataset dataset) {
    MessageDigest all = newSha256();
    Map<String, byte[]> known = new HashMap<>();
    for (TrainingSample row : dataset.samples()) {
      // A record's text names every field, and no field's text can pass for two.
      all.update(row.toString().getBytes(StandardCharsets.UTF_8));
      all.update(known.computeIfAbsent(row.image(), image -> hashFile(dataset.imageFile(row))));
    }
    return HexFormat.of().formatHex(all.digest());
  }

  private static byte[] hashFile(Path file) {
    MessageDigest digest = newSha256();
    try (InputStream input = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = input.read(buffer); n >= 0; n = input.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    } catch (IOException e) {
      throw new BadDataException("%s cannot be read: %s".formatted(file, e), e);
    }
    return digest.digest();
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
