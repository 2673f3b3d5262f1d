package dev.sanaq.sana.provenance;

import static dev.sanaq.sana.TestGenerationParams.fox;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.drew.imaging.ImageMetadataReader;
import com.drew.metadata.xmp.XmpDirectory;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.encode.ImageFormat;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.conditioning.Conditioning;
import dev.sanaq.sana.conditioning.SourceImage;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.MutableClock;
import dev.sanaq.testing.c2pa.C2paReader;
import dev.sanaq.testing.c2pa.SigningFiles;
import dev.sanaq.testing.image.TestImages;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signed files, verified by code that shares nothing with the signer's. */
class ContentCredentialsTest {
  private static final String MODEL = "SANA <1.5> 木";
  private static final String VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/";
  private static final ContentCredentials CREDENTIALS = SigningFiles.credentials("es256");

  @ParameterizedTest
  @EnumSource
  void signedFile_isValid_andSaysHowItWasMade(ImageFormat format) throws Exception {
    byte[] plain = encode(format);
    byte[] signed = CREDENTIALS.sign(format, plain, fox(7), MODEL);
    C2paReader reader = C2paReader.of(signed);
    assertThat(reader.problems(SigningFiles.root())).isEmpty();
    assertThat(reader.firstAction())
        .isEqualTo(
            Map.of(
                "action",
                "c2pa.created",
                "digitalSourceType",
                VOCABULARY + "trainedAlgorithmicMedia",
                "softwareAgent",
                Map.of("name", MODEL)));
    assertThat(reader.claim())
        .asInstanceOf(InstanceOfAssertFactories.MAP)
        .containsEntry("claim_generator_info", Map.of("name", "sanaq"))
        .containsEntry("alg", "sha256")
        .containsEntry("signature", "self#jumbf=/c2pa/" + reader.label() + "/c2pa.signature");
    assertThat(reader.label()).matches("urn:c2pa:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    assertThat(reader.manifest().length % 2).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void signedFile_keepsPixelsAndXmp(ImageFormat format) throws Exception {
    byte[] plain = encode(format);
    byte[] signed = CREDENTIALS.sign(format, plain, fox(7), MODEL);
    assertThat(TestImages.read(new ByteArrayInputStream(signed)).samples())
        .isEqualTo(TestImages.read(new ByteArrayInputStream(plain)).samples());
    assertThat(
            ImageMetadataReader.readMetadata(new ByteArrayInputStream(signed))
                .getFirstDirectoryOfType(XmpDirectory.class)
                .getXmpProperties())
        .containsEntry("xmp:CreatorTool", "sanaq");
  }

  @ParameterizedTest
  @EnumSource
  void anyChangedByteOutsideTheManifest_isFound(ImageFormat format) throws Exception {
    byte[] signed = CREDENTIALS.sign(format, encode(format), fox(7), MODEL);
    C2paReader reader = C2paReader.of(signed);
    int lastOfImage = format == ImageFormat.WEBP ? reader.start() - 1 : signed.length - 20;
    for (int at : List.of(reader.start() - 3, reader.start() / 2, lastOfImage)) {
      byte[] changed = signed.clone();
      changed[at] ^= 1;
      assertThat(C2paReader.of(changed).problems(SigningFiles.root()))
          .as("byte %s", at)
          .containsExactly("file");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"trainedAlgorithmicMedia", "c2pa.created", "sha256", "sanaq", "xmp:iid:"})
  void changedManifest_isFound(String text) throws Exception {
    byte[] signed = CREDENTIALS.sign(ImageFormat.WEBP, encode(ImageFormat.WEBP), fox(7), MODEL);
    int from = C2paReader.of(signed).start();
    int at = indexOf(signed, text.getBytes(StandardCharsets.US_ASCII), from);
    signed[at] ^= 1;
    assertThat(C2paReader.of(signed).problems(SigningFiles.root())).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({"es256, -7", "es384, -35", "es512, -36", "ps256, -37", "ed25519, -8"})
  void everyAllowedKey_signs(String name, int algorithm) throws Exception {
    ContentCredentials credentials = SigningFiles.credentials(name);
    for (int i = 0; i < 20; i++) {
      byte[] signed =
          credentials.sign(ImageFormat.JPEG, encode(ImageFormat.JPEG), fox(i), "m".repeat(i));
      C2paReader reader = C2paReader.of(signed);
      assertThat(reader.problems(SigningFiles.root())).isEmpty();
      assertThat(reader.algorithm()).isEqualTo(algorithm);
      // Readers have the root.
      assertThat(reader.chain()).hasSize(2);
    }
  }

  @Test
  void imageFromAnImage_isAComposite() throws Exception {
    SourceImage source =
        new SourceImage(new RgbImage(1, 1, new byte[3]), Optional.empty(), 0.6, true);
    GenerationParams params = fox(7).withConditioning(Conditioning.NONE.withSource(source));
    byte[] signed = CREDENTIALS.sign(ImageFormat.PNG, encode(ImageFormat.PNG), params, MODEL);
    assertThat(C2paReader.of(signed).firstAction().get("digitalSourceType"))
        .isEqualTo(VOCABULARY + "compositeWithTrainedAlgorithmicMedia");
  }

  @Test
  void sameImageTwice_isTwoFilesOfOneLength() {
    byte[] plain = encode(ImageFormat.PNG);
    byte[] first = CREDENTIALS.sign(ImageFormat.PNG, plain, fox(7), MODEL);
    byte[] second = CREDENTIALS.sign(ImageFormat.PNG, plain, fox(7), MODEL);
    assertThat(first).hasSameSizeAs(second).isNotEqualTo(second);
  }

  @Test
  void certificateThatExpiresMeanwhile_signsNoMore() {
    MutableClock clock = new MutableClock();
    ContentCredentials credentials = SigningFiles.credentials("es256.pem", "es256.key", clock);
    byte[] plain = encode(ImageFormat.PNG);
    assertThat(credentials.validUntil()).isEqualTo("2120-01-01T00:00:00Z");
    clock.advance(Duration.between(clock.instant(), credentials.validUntil()));
    assertThat(credentials.sign(ImageFormat.PNG, plain, fox(7), MODEL)).isNotEmpty();
    clock.advance(Duration.ofSeconds(1));
    assertThatThrownBy(() -> credentials.sign(ImageFormat.PNG, plain, fox(7), MODEL))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Test Signer es256")
        .hasMessageContaining("expired at 2120-01-01T00:00:00Z");
  }

  /**
   * Files that the reference's verifier accepts (c2pa-python 0.38.2): one that it signed, and this
   * program's. So the reader of these tests follows the specification and not the program.
   */
  @ParameterizedTest
  @ValueSource(strings = {"c2pa-rs.jpg", "signed.png", "signed.jpg", "signed.webp"})
  void storedFile_thatTheReferenceAccepts_isValid(String name) throws Exception {
    byte[] file = Files.readAllBytes(Fixtures.path("c2pa/" + name));
    assertThat(C2paReader.of(file).problems(SigningFiles.root())).isEmpty();
    file[file.length - 20] ^= 1;
    assertThat(C2paReader.of(file).problems(SigningFiles.root())).isNotEmpty();
  }

  private static byte[] encode(ImageFormat format) {
    byte[] samples = new byte[75 * 50 * 3];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) (i / 7);
    }
    return format.encode(
        new RgbImage(75, 50, samples), 90, Map.of("a", "b"), Provenance.xmp(fox(7), MODEL));
  }

  private static int indexOf(byte[] file, byte[] text, int from) {
    for (int at = from; at <= file.length - text.length; at++) {
      if (Arrays.equals(file, at, at + text.length, text, 0, text.length)) {
        return at;
      }
    }
    throw new AssertionError("not in the file");
  }
}
