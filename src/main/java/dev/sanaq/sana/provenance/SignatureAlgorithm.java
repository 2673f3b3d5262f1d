package dev.sanaq.sana.provenance;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Optional;

/** The signatures that C2PA allows, by the JDK's own code. A key has one of them. */
enum SignatureAlgorithm {
  ES256(-7, "SHA256withECDSAinP1363Format"),
  ES384(-35, "SHA384withECDSAinP1363Format"),
  ES512(-36, "SHA512withECDSAinP1363Format"),
  PS256(-37, "RSASSA-PSS"),
  ED25519(-8, "Ed25519");

  private static final int MIN_RSA_BITS = 2048;

  private final int coseNumber;
  private final String jdkName;

  SignatureAlgorithm(int coseNumber, String jdkName) {
    this.coseNumber = coseNumber;
    this.jdkName = jdkName;
  }

  /** The algorithm of a key; empty if C2PA does not allow the key. */
  static Optional<SignatureAlgorithm> of(PublicKey key) {
    if (key instanceof ECPublicKey ec) {
      // The JDK knows no other curves of these sizes.
      return switch (ec.getParams().getCurve().getField().getFieldSize()) {
        case 256 -> Optional.of(ES256);
        case 384 -> Optional.of(ES384);
        case 521 -> Optional.of(ES512);
        default -> Optional.empty();
      };
    }
    if (key instanceof RSAPublicKey rsa) {
      return rsa.getModulus().bitLength() >= MIN_RSA_BITS ? Optional.of(PS256) : Optional.empty();
    }
    boolean isEd25519 =
        key instanceof EdECPublicKey ed
            && ed.getParams().getName().equals(NamedParameterSpec.ED25519.getName());
    return isEd25519 ? Optional.of(ED25519) : Optional.empty();
  }

  /** Its number in COSE's registry. */
  int coseNumber() {
    return coseNumber;
  }

  /** The signature of data, in COSE's form: always of the same length for a key. */
  byte[] sign(PrivateKey key, byte[] data) throws GeneralSecurityException {
    Signature signature = newSignature();
    signature.initSign(key);
    signature.update(data);
    return signature.sign();
  }

  /** Whether a signature is that of the key's owner. */
  boolean isValid(PublicKey key, byte[] data, byte[] signed) throws GeneralSecurityException {
    Signature signature = newSignature();
    signature.initVerify(key);
    signature.update(data);
    return signature.verify(signed);
  }

  private Signature newSignature() throws GeneralSecurityException {
    Signature signature = Signature.getInstance(jdkName);
    if (this == PS256) {
      // The salt is as long as the hash (RFC 8230, 2).
      signature.setParameter(
          new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
    }
    return signature;
  }
}
