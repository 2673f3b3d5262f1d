package dev.sanaq.storage;

import dev.sanaq.files.FileErrors;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import software.amazon.awssdk.http.TlsTrustManagersProvider;

/** Certificate authorities from a PEM file. */
final class CaCertificates {
  private CaCertificates() {}

  /**
   * Reads the file once.
   *
   * @return trusts these authorities and no others
   * @throws IllegalArgumentException if the file holds no certificates
   */
  static TlsTrustManagersProvider load(Path file) {
    try {
      TrustManager[] trustManagers = trustManagers(read(file));
      return () -> trustManagers;
    } catch (CertificateException e) {
      throw invalid(file, "it is not a PEM file of certificates: " + e.getMessage(), e);
    } catch (IOException e) {
      throw invalid(file, "it cannot be read: " + FileErrors.reason(e), e);
    } catch (GeneralSecurityException e) {
      throw invalid(file, "it cannot be read: " + e.getMessage(), e);
    }
  }

  private static Collection<? extends Certificate> read(Path file)
      throws IOException, CertificateException {
    Collection<? extends Certificate> certificates =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
    if (certificates.isEmpty()) {
      throw new CertificateException("no certificate found");
    }
    return certificates;
  }

  private static TrustManager[] trustManagers(Collection<? extends Certificate> certificates)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (Certificate certificate : certificates) {
      store.setCertificateEntry("ca-" + store.size(), certificate);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static IllegalArgumentException invalid(Path file, String reason, Exception cause) {
    return new IllegalArgumentException(
        "sanaq.storage.ca-certificates is %s: %s".formatted(file, reason), cause);
  }
}
