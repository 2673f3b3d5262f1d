package dev.sanaq.sana.provenance;

import dev.sanaq.image.encode.ImageFormat;
import dev.sanaq.image.encode.ManifestSpace;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.provenance.Manifest.DataHash;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;

/**
 * Signs image files with the operator's certificate as <a href="https://spec.c2pa.org/">C2PA</a>
 * describes it: readers refuse the signature once a byte of the file or of what it says of its
 * making has changed. Signatures have random parts and no time: the same image signed twice is two
 * different files. Any number of threads.
 */
public final class ContentCredentials {
  private final SigningCredential credential;
  private final Clock clock;

  private ContentCredentials(SigningCredential credential, Clock clock) {
    this.credential = credential;
    this.clock = clock;
  }

  /**
   * Reads the operator's files and checks that readers will accept what they sign.
   *
   * @param certificates the signer's certificate, then its issuers, as PEM
   * @param privateKey in PKCS#8 as PEM
   * @throws IllegalArgumentException if they cannot be used, naming the file and what to do
   */
  public static ContentCredentials read(
      SigningFile certificates, SigningFile privateKey, Clock clock) {
    return new ContentCredentials(
        SigningCredential.read(certificates, privateKey, clock.instant()), clock);
  }

  /** The subject of the signer's certificate. */
  public String signer() {
    return credential.chain().signer().getSubjectX500Principal().getName();
  }

  /** When the certificate, or one of its issuers in the file, expires. */
  public Instant validUntil() {
    return credential.chain().validUntil();
  }

  /**
   * The file with a signed manifest.
   *
   * @param file as {@link ImageFormat#encode} returns it
   * @param params of the generation
   * @param model the model's name
   * @throws IllegalStateException if the certificate has expired since it was read
   */
  public byte[] sign(ImageFormat format, byte[] file, GenerationParams params, String model) {
    if (clock.instant().isAfter(validUntil())) {
      throw new IllegalStateException(
          "C2PA: the certificate of %s expired at %s; renew it and restart"
              .formatted(signer(), validUntil()));
    }
    ManifestSpace space = format.manifestSpace(file);
    Manifest manifest = new Manifest(Provenance.digitalSourceType(params), model);
    DataHash draft = draft(manifest, space);
    byte[] unsigned = space.insert(new byte[length(manifest, draft)]);
    DataHash binding =
        new DataHash(draft.start(), draft.length(), hash(unsigned, draft), draft.padBytes());
    return space.insert(manifest.encode(binding, credential::sign));
  }

  /**
   * The binding with zeros for its hash. Its numbers depend on the length of the manifest, which
   * depends on theirs; both only grow, so this ends.
   */
  private DataHash draft(Manifest manifest, ManifestSpace space) {
    byte[] zeros = new byte[Manifest.HASH_BYTES];
    int length = 0;
    while (true) {
      DataHash draft = new DataHash(space.offset(), space.length(length), zeros, 0);
      int unpadded = length(manifest, draft);
      int pad = unpadded % 2;
      if (unpadded + pad == length) {
        return new DataHash(draft.start(), draft.length(), zeros, pad);
      }
      length = unpadded + pad;
    }
  }

  private int length(Manifest manifest, DataHash binding) {
    return manifest.encode(binding, claim -> credential.placeholder()).length;
  }

  private static byte[] hash(byte[] file, DataHash binding) {
    MessageDigest digest = Manifest.sha256();
    digest.update(file, 0, binding.start());
    int end = binding.start() + binding.length();
    digest.update(file, end, file.length - end);
    return digest.digest();
  }
}
