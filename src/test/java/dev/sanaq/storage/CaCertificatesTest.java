package dev.sanaq.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.testing.TestSettings;
import dev.sanaq.testing.process.TestProcesses;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** A real S3 server with TLS, whose certificate was issued by an authority of its own. */
class CaCertificatesTest {
  private static final String PASSWORD = "changeit";
  private static final String KEY_STORE = "s3.p12";

  @TempDir
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  private static Path folder;

  @SuppressWarnings("NullAway.Init") // set before all
  private static S3Proxy server;

  @BeforeAll
  static void start() throws Exception {
    keytool("-alias ca -dname CN=authority -ext bc:c=ca:true");
    keytool("-alias other -dname CN=other -ext bc:c=ca:true");
    keytool("-alias s3 -dname CN=s3 -ext san=ip:127.0.0.1 -signer ca");
    splitKeyStore();
    server =
        S3Proxy.builder()
            .secureEndpoint(URI.create("https://127.0.0.1:0"))
            .keyStore(folder.resolve(KEY_STORE).toString(), PASSWORD)
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, "key", "secret")
            .blobStore(
                new FilesystemNio2BlobStore(
                    Files.createDirectory(folder.resolve("data")).toString()))
            .ignoreUnknownHeaders(true)
            .build();
    server.start();
  }

  @AfterAll
  static void stop() throws Exception {
    server.stop();
  }

  @Test
  void certificateOfConfiguredAuthority_isTrusted() throws IOException {
    // A bundle with comments and several authorities, as tools write them.
    Path bundle = folder.resolve("bundle.pem");
    Files.writeString(
        bundle,
        "# other\n%s\n# authority\n%s"
            .formatted(
                Files.readString(folder.resolve("other.pem")),
                Files.readString(folder.resolve("ca.pem"))));
    try (S3Client s3 = client(Map.of("sanaq.storage.ca-certificates", bundle.toString()))) {
      s3.createBucket(create -> create.bucket("trusted"));
      byte[] bytes = "x".getBytes(StandardCharsets.UTF_8);
      ObjectStore objects = new ObjectStore(s3);
      assertThat(objects.putNew("trusted", "key", bytes, "text/plain")).isTrue();
      assertThat(objects.putNew("trusted", "key", bytes, "text/plain")).isFalse();
      assertThat(objects.get("trusted", "key")).contains(bytes);
    }
  }

  @Test
  void certificateOfUnknownAuthority_isRefused() {
    String other = folder.resolve("other.pem").toString();
    for (Map<String, String> setting :
        List.of(Map.<String, String>of(), Map.of("sanaq.storage.ca-certificates", other))) {
      try (S3Client s3 = client(setting)) {
        assertThatThrownBy(() -> new ObjectStore(s3).get("any", "key"))
            .isInstanceOf(StorageException.class)
            .hasMessageContaining("unable to find valid certification path");
      }
    }
  }

  @Test
  void fileWithoutCertificates_isRefusedByName() throws IOException {
    assertThatRefused(folder.resolve("missing.pem"), "it cannot be read: no such file or folder");
    assertThatRefused(folder, "it cannot be read: it is a folder");
    Path text = folder.resolve("text.pem");
    Files.writeString(text, "no certificate");
    assertThatRefused(text, "it is not a PEM file of certificates");
    Path broken = folder.resolve("broken.pem");
    Files.writeString(broken, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assertThatRefused(broken, "it is not a PEM file of certificates");
    assertThatRefused(
        Files.createFile(folder.resolve("empty.pem")), "it is not a PEM file of certificates");
  }

  private static void assertThatRefused(Path file, String reason) {
    assertThatThrownBy(() -> client(Map.of("sanaq.storage.ca-certificates", file.toString())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("sanaq.storage.ca-certificates is %s: %s".formatted(file, reason));
  }

  private static S3Client client(Map<String, String> more) {
    Map<String, String> config =
        new TreeMap<>(
            Map.of(
                "sanaq.storage.endpoint", "https://127.0.0.1:" + server.getSecurePort(),
                "sanaq.storage.path-style", "true",
                "sanaq.storage.access-key", "key",
                "sanaq.storage.secret-key", "secret"));
    config.putAll(more);
    return S3ClientFactory.client(TestSettings.mapping(StorageConfig.class, config));
  }

  /** Adds a key to the key store. */
  private static void keytool(String arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(TestProcesses.jdkTool("keytool")));
    command.addAll(List.of("-genkeypair", "-keyalg", "EC", "-validity", "2"));
    command.addAll(List.of("-keystore", KEY_STORE, "-storepass", PASSWORD));
    command.addAll(List.of(arguments.split(" ")));
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  /** Moves the authorities' certificates to PEM files: the server has its own key only. */
  private static void splitKeyStore() throws IOException, GeneralSecurityException {
    Path file = folder.resolve(KEY_STORE);
    KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
    for (String authority : List.of("ca", "other")) {
      Files.writeString(
          folder.resolve(authority + ".pem"),
          "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
              .formatted(
                  Base64.getMimeEncoder()
                      .encodeToString(store.getCertificate(authority).getEncoded())));
      store.deleteEntry(authority);
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, PASSWORD.toCharArray());
    }
  }
}
