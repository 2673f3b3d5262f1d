package dev.sanaq.cluster.control;

import dev.sanaq.testing.process.TestProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A certificate authority for one run, with openssl; its files are in one folder. */
public final class CertificateAuthority {
  /** The password of the key stores. */
  public static final String PASSWORD = "secret-of-test";

  private static final String DAYS = "2";

  private final Path folder;

  /** Creates the authority: {@code ca.crt} and {@code ca.key} in the folder. */
  public CertificateAuthority(Path folder) {
    this.folder = folder;
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Shell.check(
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        DAYS,
        "-subj",
        "/CN=test-ca",
        "-keyout",
        path("ca.key"),
        "-out",
        path("ca.crt"));
  }

  /**
   * Issues a certificate for servers and clients: {@code NAME.crt} and {@code NAME.key}.
   *
   * @param subject such as {@code /O=group/CN=user}
   * @param names as openssl's subjectAltName, such as {@code DNS:localhost,IP:127.0.0.1}
   */
  public void issue(String name, String subject, String names) {
    Shell.check(
        "openssl",
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        subject,
        "-keyout",
        path(name + ".key"),
        "-out",
        path(name + ".csr"));
    write(
        name + ".ext",
        "subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\n".formatted(names));
    Shell.check(
        "openssl",
        "x509",
        "-req",
        "-days",
        DAYS,
        "-in",
        path(name + ".csr"),
        "-CA",
        path("ca.crt"),
        "-CAkey",
        path("ca.key"),
        "-CAcreateserial",
        "-extfile",
        path(name + ".ext"),
        "-out",
        path(name + ".crt"));
  }

  /** Writes the key pair of service account tokens: {@code NAME.key} and {@code NAME.pub}. */
  public void keyPair(String name) {
    Shell.check("openssl", "genrsa", "-out", path(name + ".key"), "2048");
    Shell.check(
        "openssl", "rsa", "-in", path(name + ".key"), "-pubout", "-out", path(name + ".pub"));
  }

  /** Writes {@code NAME.p12} with an issued certificate and its key. */
  public void keyStore(String name) {
    Shell.check(
        "openssl",
        "pkcs12",
        "-export",
        "-name",
        name,
        "-in",
        path(name + ".crt"),
        "-inkey",
        path(name + ".key"),
        "-passout",
        "pass:" + PASSWORD,
        "-out",
        path(name + ".p12"));
  }

  /** Writes {@code ca.p12}, which trusts the authority. */
  public void trustStore() {
    Shell.check(
        TestProcesses.jdkTool("keytool"),
        "-importcert",
        "-noprompt",
        "-alias",
        "ca",
        "-file",
        path("ca.crt"),
        "-storetype",
        "PKCS12",
        "-storepass",
        PASSWORD,
        "-keystore",
        path("ca.p12"));
  }

  /** Returns the path of a file. */
  public String path(String file) {
    return folder.resolve(file).toString();
  }

  private void write(String file, String text) {
    try {
      Files.writeString(folder.resolve(file), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
