package dev.sanaq.testing.c2pa;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Verifies a COSE_Sign1 with a detached payload. */
final class CoseVerifier {
  private final byte[] protectedHeader;
  private final Map<?, ?> header;
  private final byte[] signature;

  CoseVerifier(byte[] sign1) {
    if ((sign1[0] & 0xff) != 0xd2) {
      throw new IllegalArgumentException("no tag 18");
    }
    List<?> parts = (List<?>) CborReader.read(sign1);
    this.protectedHeader = (byte[]) parts.get(0);
    this.header = (Map<?, ?>) CborReader.read(protectedHeader);
    if (parts.get(2) != CborReader.NULL) {
      throw new IllegalArgumentException("the payload is not detached");
    }
    this.signature = (byte[]) parts.get(3);
  }

  /** COSE's number of the algorithm. */
  long algorithm() {
    return (Long) Objects.requireNonNull(header.get(1L));
  }

  /** The signer's certificate and its issuers. */
  List<X509Certificate> chain() throws GeneralSecurityException {
    Object chain = Objects.requireNonNull(header.get(33L));
    List<?> items = chain instanceof List<?> list ? list : List.of(chain);
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    return items.stream()
        .map(
            item -> {
              try {
                return (X509Certificate)
                    factory.generateCertificate(new ByteArrayInputStream((byte[]) item));
              } catch (GeneralSecurityException e) {
                throw new IllegalArgumentException(e);
              }
            })
        .toList();
  }

  boolean isValid(byte[] payload) throws GeneralSecurityException {
    Signature verifier;
    byte[] given = signature;
    switch (Math.toIntExact(algorithm())) {
      case -7 -> {
        verifier = Signature.getInstance("SHA256withECDSA");
        given = der(signature);
      }
      case -35 -> {
        verifier = Signature.getInstance("SHA384withECDSA");
        given = der(signature);
      }
      case -36 -> {
        verifier = Signature.getInstance("SHA512withECDSA");
        given = der(signature);
      }
      case -37 -> {
        verifier = Signature.getInstance("RSASSA-PSS");
        verifier.setParameter(
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
      }
      case -8 -> verifier = Signature.getInstance("Ed25519");
      default -> throw new IllegalArgumentException("algorithm " + algorithm());
    }
    verifier.initVerify(chain().get(0).getPublicKey());
    verifier.update(toBeSigned(payload));
    return verifier.verify(given);
  }

  /** The Sig_structure of RFC 9052, 4.4. */
  private byte[] toBeSigned(byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0x84);
    out.write(0x6a);
    out.writeBytes("Signature1".getBytes(StandardCharsets.US_ASCII));
    writeBytes(out, protectedHeader);
    out.write(0x40);
    writeBytes(out, payload);
    return out.toByteArray();
  }

  private static void writeBytes(ByteArrayOutputStream out, byte[] bytes) {
    if (bytes.length < 24) {
      out.write(0x40 | bytes.length);
    } else if (bytes.length < 256) {
      out.write(0x58);
      out.write(bytes.length);
    } else {
      out.write(0x59);
      out.writeBytes(ByteBuffer.allocate(2).putShort((short) bytes.length).array());
    }
    out.writeBytes(bytes);
  }

  /** The two halves as a DER sequence of two integers. */
  private static byte[] der(byte[] halves) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (int part = 0; part < 2; part++) {
      int half = halves.length / 2;
      byte[] number =
          new BigInteger(1, Arrays.copyOfRange(halves, part * half, (part + 1) * half))
              .toByteArray();
      content.write(2);
      content.write(number.length);
      content.writeBytes(number);
    }
    ByteArrayOutputStream sequence = new ByteArrayOutputStream();
    sequence.write(0x30);
    if (content.size() > 127) {
      sequence.write(0x81);
    }
    sequence.write(content.size());
    sequence.writeBytes(content.toByteArray());
    return sequence.toByteArray();
  }
}
