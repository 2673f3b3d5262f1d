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
final class Fingerprint {
  private static final int BUFFER = 1 << 16;

  private Fingerprint() {}

  static String of(Dataset dataset) {
    MessageDigest all = sha256();
    Map<String, byte[]> known = new HashMap<>();
    for (Row row : dataset.rows()) {
      // A record's text names every field, and no field's text can pass for two.
      all.update(row.toString().getBytes(StandardCharsets.UTF_8));
      all.update(known.computeIfAbsent(row.image(), image -> file(dataset.file(row))));
    }
    return HexFormat.of().formatHex(all.digest());
  }

  private static byte[] file(Path file) {
    MessageDigest digest = sha256();
    try (InputStream input = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER];
      for (int n = input.read(buffer); n >= 0; n = input.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    } catch (IOException e) {
      throw new BadDataException("%s cannot be read: %s".formatted(file, e), e);
    }
    return digest.digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
