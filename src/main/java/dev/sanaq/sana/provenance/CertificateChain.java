package dev.sanaq.sana.provenance;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The signer's certificate and its issuers, checked as readers of C2PA check them (C2PA
 * specification, 14.5.1 Certificate Profiles).
 *
 * @param certificates the signer's first, each followed by its issuer, without the root
 * @param algorithm of the signer's key
 */
record CertificateChain(List<X509Certificate> certificates, SignatureAlgorithm algorithm) {
  private static final String CERTIFICATE = "CERTIFICATE";

  private static final String ANY_USAGE = "2.5.29.37.0";
  private static final Set<String> SIGNING_USAGES =
      Set.of(
          "1.3.6.1.5.5.7.3.4", // emailProtection
          "1.3.6.1.5.5.7.3.36", // documentSigning
          "1.3.6.1.4.1.62558.2.1", // c2pa-kp-claimSigning
          "1.3.6.1.4.1.311.76.59.1.9"); // Microsoft's C2PA signing

  /** A certificate for one of these is for nothing else (C2PA specification, 14.5.1). */
  private static final Set<String> EXCLUSIVE_USAGES =
      Set.of("1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9"); // timeStamping, OCSPSigning

  private static final Set<String> ISSUER_SIGNATURES =
      Set.of(
          "1.2.840.10045.4.3.2", // ecdsa-with-SHA256, SHA384, SHA512
          "1.2.840.10045.4.3.3",
          "1.2.840.10045.4.3.4",
          "1.2.840.113549.1.1.11", // sha256WithRSAEncryption, sha384, sha512
          "1.2.840.113549.1.1.12",
          "1.2.840.113549.1.1.13",
          "1.2.840.113549.1.1.10", // RSASSA-PSS
          "1.3.101.112"); // Ed25519

  private static final String AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
  private static final int DIGITAL_SIGNATURE = 0;
  private static final int VERSION_3 = 3;

  /**
   * Reads and checks a chain.
   *
   * @throws IllegalArgumentException if readers would refuse what it signs at this time
   */
  static CertificateChain read(SigningFile file, Instant now) {
    List<X509Certificate> chain = parse(file);
    X509Certificate signer = chain.get(0);
    for (X509Certificate certificate : chain) {
      checkTime(file, certificate, now);
    }
    checkSigner(file, signer);
    checkOrder(file, chain);
    X509Certificate last = chain.get(chain.size() - 1);
    if (isSelfIssued(last)) {
      // Readers have the roots that they trust.
      chain.remove(last);
    }
    SignatureAlgorithm algorithm =
        SignatureAlgorithm.of(signer.getPublicKey())
            .orElseThrow(
                () ->
                    file.invalid(
                        "C2PA does not allow the certificate's key (%s): it must be EC on P-256, P-384 or P-521, RSA of 2048 bits or more, or Ed25519"
                            .formatted(signer.getPublicKey().getAlgorithm())));
    return new CertificateChain(List.copyOf(chain), algorithm);
  }

  /** The signer's certificate. */
  X509Certificate signer() {
    return certificates.get(0);
  }

  /** When the first of the certificates expires. */
  Instant validUntil() {
    return certificates.stream()
        .map(certificate -> certificate.getNotAfter().toInstant())
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  private static List<X509Certificate> parse(SigningFile file) {
    List<X509Certificate> chain = new ArrayList<>();
    for (SigningFile.Block block : file.blocks()) {
      if (block.type().equals(CERTIFICATE)) {
        try {
          chain.add(
              (X509Certificate)
                  CertificateFactory.getInstance("X.509")
                      .generateCertificate(new ByteArrayInputStream(block.content())));
        } catch (CertificateException e) {
          throw file.invalid("certificate %s cannot be read".formatted(chain.size() + 1), e);
        }
      }
    }
    if (chain.isEmpty()) {
      throw file.invalid(
          "it has no certificate; give the signer's certificate and its issuers as PEM");
    }
    return chain;
  }

  private static void checkTime(SigningFile file, X509Certificate certificate, Instant now) {
    Instant begin = certificate.getNotBefore().toInstant();
    Instant end = certificate.getNotAfter().toInstant();
    if (now.isAfter(end)) {
      throw file.invalid("%s expired at %s; renew it".formatted(name(certificate), end));
    }
    if (now.isBefore(begin)) {
      throw file.invalid(
          "%s is not valid before %s; check the clock".formatted(name(certificate), begin));
    }
  }

  private static void checkSigner(SigningFile file, X509Certificate signer) {
    if (isSelfIssued(signer)) {
      throw file.invalid(
          "%s is self-signed, which C2PA does not allow; have it issued by an authority, which may be your own"
              .formatted(name(signer)));
    }
    if (signer.getBasicConstraints() >= 0) {
      throw file.invalid(
          "%s is an authority's; put the signer's certificate first".formatted(name(signer)));
    }
    problemOf(signer).ifPresent(problem -> reject(file, signer, problem));
    usageProblem(signer).ifPresent(problem -> reject(file, signer, problem));
  }

  private static Optional<String> problemOf(X509Certificate signer) {
    boolean[] usage = signer.getKeyUsage();
    if (signer.getVersion() != VERSION_3) {
      return Optional.of("is not of version 3");
    }
    if (usage == null || !usage[DIGITAL_SIGNATURE]) {
      return Optional.of("has no key usage digitalSignature");
    }
    if (signer.getExtensionValue(AUTHORITY_KEY_IDENTIFIER) == null) {
      return Optional.of("has no authority key identifier");
    }
    if (!ISSUER_SIGNATURES.contains(signer.getSigAlgOID())) {
      return Optional.of("is signed with " + signer.getSigAlgName());
    }
    return signer.hasUnsupportedCriticalExtension()
        ? Optional.of("has an unknown critical extension")
        : Optional.empty();
  }

  private static Optional<String> usageProblem(X509Certificate signer) {
    List<String> usages;
    try {
      usages = signer.getExtendedKeyUsage();
    } catch (CertificateException e) {
      return Optional.of("has an extended key usage that cannot be read");
    }
    String wanted = "; it must be for emailProtection, documentSigning or C2PA claim signing";
    if (usages == null) {
      return Optional.of("has no extended key usage" + wanted);
    }
    if (usages.contains(ANY_USAGE)
        || usages.stream().noneMatch(SIGNING_USAGES::contains)
        || usages.stream().anyMatch(EXCLUSIVE_USAGES::contains)) {
      return Optional.of("has the extended key usage %s%s".formatted(usages, wanted));
    }
    return Optional.empty();
  }

  private static void reject(SigningFile file, X509Certificate signer, String problem) {
    throw file.invalid("C2PA does not allow %s: it %s".formatted(name(signer), problem));
  }

  private static void checkOrder(SigningFile file, List<X509Certificate> chain) {
    for (int i = 0; i + 1 < chain.size(); i++) {
      X509Certificate issuer = chain.get(i + 1);
      try {
        chain.get(i).verify(issuer.getPublicKey());
      } catch (GeneralSecurityException e) {
        throw file.invalid(
            "%s did not issue the certificate before it, %s; put the signer's first, then each one's issuer"
                .formatted(name(issuer), name(chain.get(i))),
            e);
      }
    }
  }

  private static boolean isSelfIssued(X509Certificate certificate) {
    return certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal());
  }

  private static String name(X509Certificate certificate) {
    return "the certificate of " + certificate.getSubjectX500Principal().getName();
  }
}
