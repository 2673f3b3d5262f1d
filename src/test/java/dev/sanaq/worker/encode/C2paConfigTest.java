package dev.sanaq.worker.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.sana.provenance.ContentCredentials;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.testing.c2pa.SigningFiles;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Settings of signed provenance. */
class C2paConfigTest {
  private static final String CERTIFICATE = "sanaq.provenance.c2pa.certificate";
  private static final String PRIVATE_KEY = "sanaq.provenance.c2pa.private-key";
  private static final String GOOD_CERTIFICATE = SigningFiles.path("es256.pem").toString();
  private static final String GOOD_KEY = SigningFiles.path("es256.key").toString();

  @Test
  void bothFiles_sign_neitherDoesNot() {
    assertThat(credentials(Map.of())).isEmpty();
    assertThat(credentials(Map.of(CERTIFICATE, GOOD_CERTIFICATE, PRIVATE_KEY, GOOD_KEY)))
        .map(ContentCredentials::signer)
        .hasValue("O=Example Studio,CN=Test Signer es256");
  }

  @Test
  void oneFileAlone_isRefused_namingBothSettings() {
    assertThatThrownBy(() -> credentials(Map.of(CERTIFICATE, GOOD_CERTIFICATE)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("%s is set without %s", CERTIFICATE, PRIVATE_KEY);
    assertThatThrownBy(() -> credentials(Map.of(PRIVATE_KEY, GOOD_KEY)))
        .hasMessageStartingWith("%s is set without %s", PRIVATE_KEY, CERTIFICATE);
  }

  @Test
  void fileThatCannotBeUsed_isRefused_namingItsSetting() {
    assertThatThrownBy(() -> credentials(Map.of(CERTIFICATE, "/no/x.pem", PRIVATE_KEY, GOOD_KEY)))
        .hasMessage("%s is /no/x.pem: there is no such file", CERTIFICATE);
    assertThatThrownBy(
            () -> credentials(Map.of(CERTIFICATE, GOOD_CERTIFICATE, PRIVATE_KEY, "/no/x.key")))
        .hasMessage("%s is /no/x.key: there is no such file", PRIVATE_KEY);
  }

  private static Optional<ContentCredentials> credentials(Map<String, String> values) {
    return TestSettings.mapping(C2paConfig.class, values).credentials(Clock.systemUTC());
  }
}
