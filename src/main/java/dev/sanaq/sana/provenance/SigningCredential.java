package dev.sanaq.sana.provenance;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A certificate chain and its private key, which sign claims as COSE does (RFC 9052, 4.2). Any
 * number of threads.
 */
final class SigningCredential {
  private static final byte[] PROBE = {1};
  private static final int SIGN1_TAG = 18;
  private static final int ALGORITHM_HEADER = 1;
  private static final int CHAIN_HEADER = 33;

  private final CertificateChain chain;
  private final PrivateKey key;
  private final byte[] protectedHeader;
  private final int signatureBytes;

  private SigningCredential(CertificateChain chain, PrivateKey key, int signatureBytes)
      throws CertificateEncodingException {
    this.chain = chain;
    this.key = key;
    this.protectedHeader = protectedHeader(chain);
    this.signatureBytes = signatureBytes;
  }

  /**
   * Reads and checks a credential.
   *
   * @throws IllegalArgumentException if a file cannot be used, or the key is not the certificate's
   */
  static SigningCredential read(SigningFile certificates, SigningFile privateKey, Instant now) {
    CertificateChain chain = CertificateChain.read(certificates, now);
    PublicKey publicKey = chain.signer().getPublicKey();
    PrivateKey key = readKey(privateKey, publicKey);
    try {
      byte[] signature = chain.algorithm().sign(key, PROBE);
      if (chain.algorithm().isValid(publicKey, PROBE, signature)) {
        return new SigningCredential(chain, key, signature.length);
      }
    } catch (GeneralSecurityException e) {
      throw foreignKey(privateKey, certificates, e);
    }
    throw foreignKey(privateKey, certificates, null);
  }

  private static IllegalArgumentException foreignKey(
      SigningFile privateKey, SigningFile certificates, @Nullable Exception cause) {
    return privateKey.invalid(
        "the key is not that of the first certificate of %s (%s)"
            .formatted(certificates.setting(), certificates.path()),
        cause);
  }

  private static PrivateKey readKey(SigningFile file, PublicKey publicKey) {
    String convert = "; convert it: openssl pkcs8 -topk8 -nocrypt -in FILE -out NEW";
    for (SigningFile.Block block : file.blocks()) {
      switch (block.type()) {
        case "PRIVATE KEY" -> {
          return parseKey(file, block.content(), publicKey);
        }
        case "ENCRYPTED PRIVATE KEY" -> throw file.invalid("the key is encrypted" + convert);
        case "EC PRIVATE KEY", "RSA PRIVATE KEY" ->
            throw file.invalid("the key (%s) is not in PKCS#8%s".formatted(block.type(), convert));
        default -> {} // certificates and parameters may stand beside it
      }
    }
    throw file.invalid("it has no private key; give it in PKCS#8 as PEM (BEGIN PRIVATE KEY)");
  }

  private static PrivateKey parseKey(SigningFile file, byte[] content, PublicKey publicKey) {
    try {
      return KeyFactory.getInstance(publicKey.getAlgorithm())
          .generatePrivate(new PKCS8EncodedKeySpec(content));
    } catch (GeneralSecurityException e) {
      // Not the message: it might quote the key.
      throw file.invalid(
          "it has no private key of the certificate's kind (%s)"
              .formatted(publicKey.getAlgorithm()));
    }
  }

  /** The certificates. */
  CertificateChain chain() {
    return chain;
  }

  /** A claim's signature, as a COSE_Sign1 without its payload. */
  byte[] sign(byte[] claim) {
    byte[] toBeSigned = Cbor.encode(List.of("Signature1", protectedHeader, new byte[0], claim));
    try {
      return tagged(chain.algorithm().sign(key, toBeSigned));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("C2PA: cannot sign", e);
    }
  }

  /** What is as long as every result of {@link #sign}. */
  byte[] placeholder() {
    return tagged(new byte[signatureBytes]);
  }

  private byte[] tagged(byte[] signature) {
    return Cbor.encode(
        new Cbor.Tagged(SIGN1_TAG, List.of(protectedHeader, Map.of(), Cbor.NULL, signature)));
  }

  private static byte[] protectedHeader(CertificateChain chain)
      throws CertificateEncodingException {
    List<Object> certificates = new ArrayList<>();
    for (X509Certificate certificate : chain.certificates()) {
      certificates.add(certificate.getEncoded());
    }
    return Cbor.encode(
        Map.of(
            ALGORITHM_HEADER,
            chain.algorithm().coseNumber(),
            CHAIN_HEADER,
            // One certificate is not in an array (RFC 9360, 2).
            certificates.size() == 1 ? certificates.get(0) : certificates));
  }
}
