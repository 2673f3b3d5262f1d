package dev.sanaq.worker.encode;

import dev.sanaq.sana.provenance.ContentCredentials;
import dev.sanaq.sana.provenance.SigningFile;
import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/**
 * Signed provenance (C2PA, "content credentials") in image files of every format. Off unless both
 * files are set; a worker checks them at its start.
 */
@ConfigMapping(prefix = "sanaq.provenance.c2pa")
public interface C2paConfig {
  /** The signer's certificate and then its issuers, a PEM file. */
  Optional<Path> certificate();

  /** The certificate's private key in PKCS#8, not encrypted, a PEM file. */
  Optional<Path> privateKey();

  /**
   * What signs images; empty if nothing does.
   *
   * @throws IllegalArgumentException if one of the files is missing or cannot be used
   */
  default Optional<ContentCredentials> credentials(Clock clock) {
    String certificateKey = "sanaq.provenance.c2pa.certificate";
    String privateKeyKey = "sanaq.provenance.c2pa.private-key";
    if (certificate().isPresent() != privateKey().isPresent()) {
      throw new IllegalArgumentException(
          "%s is set without %s: set both to sign images, or neither"
              .formatted(
                  certificate().isPresent() ? certificateKey : privateKeyKey,
                  certificate().isPresent() ? privateKeyKey : certificateKey));
    }
    return certificate()
        .map(
            certificates ->
                ContentCredentials.read(
                    new SigningFile(certificateKey, certificates),
                    new SigningFile(privateKeyKey, privateKey().orElseThrow()),
                    clock));
  }
}
