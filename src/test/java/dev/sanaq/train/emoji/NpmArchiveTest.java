package dev.sanaq.train.emoji;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.train.data.BadDataException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpmArchiveTest {
  @TempDir private Path folder = Path.of("");
  private Path file = Path.of("");

  @BeforeEach
  void writeArchive() throws IOException {
    file = folder.resolve("a.tgz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file));
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      put(tar, "package/LICENSE", "free");
      put(tar, "package/assets/x.webp", "image");
      put(tar, "../outside", "trap");
    }
  }

  @Test
  void extract_returnsSelectedFilesByPackagePath() throws Exception {
    Map<String, byte[]> files =
        archive(sha512(Files.readAllBytes(file))).extract(file, path -> path.startsWith("assets/"));
    assertThat(files).containsOnlyKeys("assets/x.webp");
    assertThat(files.get("assets/x.webp")).asString(StandardCharsets.UTF_8).isEqualTo("image");
    assertThat(archive(sha512(Files.readAllBytes(file))).extract(file, path -> true))
        .containsOnlyKeys("LICENSE", "assets/x.webp");
  }

  @Test
  void extract_checksumMismatch_isRejected() throws Exception {
    NpmArchive archive = archive(sha512(Files.readAllBytes(file)));
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> archive.extract(file, path -> true))
        .isInstanceOf(BadDataException.class)
        .hasMessageStartingWith(file + " is not the archive of @a/b@1.0.0: its SHA-512 is ");
  }

  @Test
  void extract_corruptOrMissingArchive_isReported() throws Exception {
    byte[] half = Arrays.copyOf(Files.readAllBytes(file), 60);
    Files.write(file, half);
    assertThatThrownBy(() -> archive(sha512(half)).extract(file, path -> true))
        .isInstanceOf(BadDataException.class)
        .hasMessageStartingWith(file + " cannot be unpacked");
    Path none = folder.resolve("none.tgz");
    assertThatThrownBy(() -> archive("").extract(none, path -> true))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(none.toString());
  }

  @Test
  void fetch_runsNpmPack_returnsArchive() throws IOException {
    Path npm = script("[ \"$1 $5\" = 'pack @a/b@1.0.0' ] && echo bytes > \"$4/a-b-1.0.0.tgz\"");
    Path fetched = new NpmClient(npm.toString()).fetch(archive(""), folder);
    assertThat(fetched).isEqualTo(folder.resolve("a-b-1.0.0.tgz")).hasContent("bytes\n");
  }

  @Test
  void fetch_npmFailure_includesNpmOutput() throws IOException {
    Path npm = script("echo no such package >&2; exit 1");
    assertThatThrownBy(() -> new NpmClient(npm.toString()).fetch(archive(""), folder))
        .isInstanceOf(BadDataException.class)
        .hasMessage("npm pack @a/b@1.0.0 failed: no such package");
    assertThatThrownBy(() -> new NpmClient("/no/npm").fetch(archive(""), folder))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("npm pack @a/b@1.0.0 and give it with --images or --names");
  }

  private Path script(String body) throws IOException {
    Path script = Files.writeString(folder.resolve("npm"), "#!/bin/sh\n" + body + "\n");
    return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
  }

  private static NpmArchive archive(String sha512) {
    return new NpmArchive("@a/b", "1.0.0", sha512);
  }

  private static String sha512(byte[] bytes) throws Exception {
    return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-512").digest(bytes));
  }

  private static void put(TarArchiveOutputStream tar, String path, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    TarArchiveEntry entry = new TarArchiveEntry(path);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }
}
