package dev.sanaq.testing.c2pa;

import dev.sanaq.sana.provenance.ContentCredentials;
import dev.sanaq.sana.provenance.SigningFile;
import dev.sanaq.testing.Fixtures;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;

/** The certificates and keys of the tests, valid from 2020 to 2120. */
public final class SigningFiles {
  private SigningFiles() {}

  /** A file of the fixtures. */
  public static Path path(String name) {
    return Fixtures.path("c2pa/" + name);
  }

  /** The credentials of the files {@code name.pem} and {@code name.key}. */
  public static ContentCredentials credentials(String name) {
    return credentials(name + ".pem", name + ".key", Clock.systemUTC());
  }

  /** The credentials of two files at a time. */
  public static ContentCredentials credentials(String certificate, String key, Clock clock) {
    return ContentCredentials.read(
        new SigningFile("certificate-setting", path(certificate)),
        new SigningFile("key-setting", path(key)),
        clock);
  }

  /** The authority that issued all certificates. */
  public static X509Certificate root() {
    try (InputStream in = Files.newInputStream(path("root.pem"))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (CertificateException e) {
      throw new IllegalStateException(e);
    }
  }
}
