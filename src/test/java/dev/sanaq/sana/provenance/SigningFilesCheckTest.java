package dev.sanaq.sana.provenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.testing.c2pa.SigningFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Certificates and keys whose signatures readers would refuse are refused when they are read. */
class SigningFilesCheckTest {
  private static final Clock NOW = Clock.systemUTC();

  private final Path folder;

  SigningFilesCheckTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "server | extended key usage [1.3.6.1.5.5.7.3.1]; it must be for emailProtection",
        "any-usage | extended key usage [2.5.29.37.0, 1.3.6.1.5.5.7.3.4]",
        "time-stamping | extended key usage [1.3.6.1.5.5.7.3.8, 1.3.6.1.5.5.7.3.4]",
        "no-usage | it has no extended key usage",
        "key-agreement | it has no key usage digitalSignature",
        "no-authority-key | it has no authority key identifier",
        "self-signed | is self-signed, which C2PA does not allow",
        "authority | is an authority's; put the signer's certificate first",
        "root | is self-signed",
      })
  void certificate_thatReadersRefuse_isRefused(String name, String problem) {
    assertThatThrownBy(() -> SigningFiles.credentials(name + ".pem", "es256.key", NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "certificate-setting is %s: ".formatted(SigningFiles.path(name + ".pem")))
        .hasMessageContaining(problem);
  }

  @Test
  void shortRsaKey_isRefused() {
    assertThatThrownBy(() -> SigningFiles.credentials("rsa1024"))
        .hasMessageContaining("C2PA does not allow the certificate's key (RSA)");
  }

  @ParameterizedTest
  @CsvSource({
    "2120-01-01T00:00:01Z, Test Signer es256,expired at 2120-01-01T00:00:00Z; renew it",
    "2019-12-31T23:59:59Z, Test Signer es256,is not valid before 2020-01-01T00:00:00Z; check the clock",
  })
  void certificate_notValidNow_isRefused(String now, String name, String problem) {
    Clock clock = Clock.fixed(Instant.parse(now), ZoneOffset.UTC);
    assertThatThrownBy(() -> SigningFiles.credentials("es256.pem", "es256.key", clock))
        .hasMessageContaining(name)
        .hasMessageContaining(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "es384.key | the key is not that of the first certificate of certificate-setting",
        "ps256.key | it has no private key of the certificate's kind (EC)",
        "ed25519.key | it has no private key of the certificate's kind (EC)",
        "es256-sec1.key | the key (EC PRIVATE KEY) is not in PKCS#8; convert it: openssl pkcs8",
        "ps256-pkcs1.key | the key (RSA PRIVATE KEY) is not in PKCS#8",
        "es256-encrypted.key | the key is encrypted; convert it: openssl pkcs8",
        "es256.pem | it has no private key; give it in PKCS#8",
      })
  void key_thatCannotBeUsed_isRefused(String name, String problem) {
    assertThatThrownBy(() -> SigningFiles.credentials("es256.pem", name, NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("key-setting is %s: ".formatted(SigningFiles.path(name)))
        .hasMessageContaining(problem);
  }

  @Test
  void keyOfAnotherCertificate_isRefused() throws IOException, NoSuchAlgorithmException {
    Path other = folder.resolve("other.key");
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    String base64 =
        Base64.getMimeEncoder()
            .encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
    Files.writeString(
        other, "-----BEGIN PRIVATE KEY-----\n" + base64 + "\n-----END PRIVATE KEY-----\n");
    assertThatThrownBy(() -> read(SigningFiles.path("es256.pem"), other))
        .hasMessageContaining("key-setting is " + other)
        .hasMessageContaining("the key is not that of the first certificate of certificate-setting")
        .hasMessageNotContaining(base64.substring(0, 20));
  }

  @Test
  void issuerThatIsNotTheIssuer_isRefused() throws IOException {
    Path chain = folder.resolve("chain.pem");
    String signer = Files.readString(SigningFiles.path("es256.pem"));
    String end = "-----END CERTIFICATE-----\n";
    signer = signer.substring(0, signer.indexOf(end) + end.length());
    Files.writeString(chain, signer + Files.readString(SigningFiles.path("root.pem")));
    assertThatThrownBy(() -> read(chain, SigningFiles.path("es256.key")))
        .hasMessageContaining("Test Root")
        .hasMessageContaining("did not issue the certificate before it");
    Files.writeString(chain, signer);
    assertThat(read(chain, SigningFiles.path("es256.key")).signer()).contains("Test Signer es256");
  }

  @Test
  void certificateAndKeyInOneFile_areRead() throws IOException {
    Path both = folder.resolve("both.pem");
    Files.writeString(
        both,
        "subject=/CN=Test\n"
            + Files.readString(SigningFiles.path("es256.key"))
            + Files.readString(SigningFiles.path("es256.pem")).replace("\n", "\r\n"));
    assertThat(read(both, both).signer()).contains("Test Signer es256");
  }

  @Test
  void fileThatIsNoPem_isRefused() throws IOException {
    Path key = SigningFiles.path("es256.key");
    Path file = folder.resolve("x.pem");
    assertThatThrownBy(() -> read(file, key))
        .hasMessage("certificate-setting is %s: there is no such file", file);
    Files.writeString(file, "no PEM");
    assertThatThrownBy(() -> read(file, key)).hasMessageContaining("it has no certificate");
    Files.writeString(file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----");
    assertThatThrownBy(() -> read(file, key)).hasMessageContaining("certificate 1 cannot be read");
    Files.writeString(file, "-----BEGIN CERTIFICATE-----\nAAA=A\n-----END CERTIFICATE-----");
    assertThatThrownBy(() -> read(file, key)).hasMessageContaining("is not Base64");
    Files.write(file, new byte[(1 << 20) + 1]);
    assertThatThrownBy(() -> read(file, key)).hasMessageContaining("larger than 1 MiB");
    assertThatThrownBy(() -> read(folder, key)).hasMessageContaining("cannot be read");
  }

  private static ContentCredentials read(Path certificate, Path key) {
    return ContentCredentials.read(
        new SigningFile("certificate-setting", certificate),
        new SigningFile("key-setting", key),
        NOW);
  }
}
