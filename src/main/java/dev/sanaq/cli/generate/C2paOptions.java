package dev.sanaq.cli.generate;

import dev.sanaq.sana.provenance.ContentCredentials;
import dev.sanaq.sana.provenance.SigningFile;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that sign the generated files. */
final class C2paOptions {
  private static final String CERTIFICATE = "--c2pa-certificate";
  private static final String PRIVATE_KEY = "--c2pa-private-key";

  @Option(
      names = CERTIFICATE,
      paramLabel = "FILE",
      description =
          "Sign the images (C2PA): the certificate and then its issuers, a PEM file. Needs "
              + PRIVATE_KEY
              + ".")
  private @Nullable Path certificate;

  @Option(
      names = PRIVATE_KEY,
      paramLabel = "FILE",
      description = "The certificate's private key in PKCS#8, not encrypted, a PEM file.")
  private @Nullable Path privateKey;

  /**
   * What signs the files; empty if the options are not given.
   *
   * @throws IllegalArgumentException naming the option, if a file is missing or cannot be used
   */
  Optional<ContentCredentials> credentials() {
    if (certificate == null && privateKey == null) {
      return Optional.empty();
    }
    if (certificate == null || privateKey == null) {
      throw new IllegalArgumentException(
          "%s and %s: give both, or neither".formatted(CERTIFICATE, PRIVATE_KEY));
    }
    return Optional.of(
        ContentCredentials.read(
            new SigningFile(CERTIFICATE, certificate),
            new SigningFile(PRIVATE_KEY, privateKey),
            Clock.systemUTC()));
  }
}
