package dev.sanaq.train.emoji;

import dev.sanaq.files.FileErrors;
import dev.sanaq.train.data.BadDataException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * An npm package at one version with a fixed checksum; an archive with other bytes is rejected.
 *
 * @param name the package's name
 * @param version the exact version
 * @param sha512 checksum of the archive in Base64, as in npm's lock files after {@code sha512-}
 */
public record NpmArchive(String name, String version, String sha512) {
  /** 3391 images of 256 pixels, MIT. */
  public static final NpmArchive FLUENT_EMOJI =
      new NpmArchive(
          "@lobehub/fluent-emoji-3d",
          "1.1.0",
          "Wlq2lVStTnr8BDpIJ0pEnTKO4LuDxxqTEhTvRtD1DLRF0me7ogeRQjKoehDHXuVJ2Qaecgl5wRBv60lUAG3h7g==");

  /** Names and tags of all emoji, MIT. */
  public static final NpmArchive EMOJIBASE =
      new NpmArchive(
          "emojibase-data",
          "17.0.0",
          "Yvgb5AWoHViHV/gq1qr5ZAarcBip+B27/ZLRsUJkbgAEaLlZ/fof9g882LTpmEpyhBNEC0m2SEmItljHsTygjA==");

  private static final String ROOT_DIR = "package/";

  /** The argument of {@code npm pack}. */
  public String id() {
    return name + "@" + version;
  }

  /** The name of the file that {@code npm pack} writes. */
  public String fileName() {
    return name.replace("@", "").replace('/', '-') + "-" + version + ".tgz";
  }

  /**
   * Verifies an archive and extracts some of its files.
   *
   * @param file the archive, as {@code npm pack} writes it
   * @param filter selects files by their path within the package
   * @return their bytes by path
   * @throws BadDataException if the archive is missing, damaged or another one
   */
  public Map<String, byte[]> extract(Path file, Predicate<String> filter) {
    verifyChecksum(file);
    Map<String, byte[]> files = new TreeMap<>();
    try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file));
        TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(bytes))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        String path = entry.getName();
        if (entry.isFile() && path.startsWith(ROOT_DIR) && filter.test(pathInPackage(path))) {
          files.put(pathInPackage(path), tar.readAllBytes());
        }
      }
    } catch (IOException e) {
      throw new BadDataException(
          "%s cannot be unpacked: %s".formatted(file, FileErrors.reason(e)), e);
    }
    return files;
  }

  private static String pathInPackage(String path) {
    return path.substring(ROOT_DIR.length());
  }

  private void verifyChecksum(Path file) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-512").digest(Files.readAllBytes(file));
      String found = Base64.getEncoder().encodeToString(digest);
      if (!found.equals(sha512)) {
        throw new BadDataException(
            "%s is not the archive of %s: its SHA-512 is %s, not %s"
                .formatted(file, id(), found, sha512));
      }
    } catch (IOException e) {
      throw new BadDataException("%s cannot be read: %s".formatted(file, FileErrors.reason(e)), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-512 is part of every Java", e);
    }
  }
}
