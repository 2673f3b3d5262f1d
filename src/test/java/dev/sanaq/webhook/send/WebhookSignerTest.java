package dev.sanaq.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSignerTest {
  /** The vector that the specification's libraries are tested with. */
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  private static final Instant TIME = Instant.ofEpochSecond(1614265330);
  private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);
  private static final String SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

  @Test
  void headers_matchSpecificationTestVector() {
    assertThat(WebhookSigner.of(List.of(SECRET)).headers(ID, TIME, BODY))
        .isEqualTo(
            Map.of(
                "webhook-id", ID,
                "webhook-timestamp", "1614265330",
                "webhook-signature", SIGNATURE));
  }

  @Test
  void severalSecrets_eachSigns() {
    String other = "whsec_" + "A".repeat(44);
    String signatures =
        WebhookSigner.of(List.of(other, SECRET))
            .headers(ID, TIME, BODY)
            .getOrDefault("webhook-signature", "");
    assertThat(signatures).endsWith(" " + SIGNATURE);
    assertThat(signatures.split(" ")).hasSize(2).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "whsec_",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_c2hvcnQ=",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!",
      })
  void invalidSecret_isRejectedAndNotShown(String secret) {
    assertThatThrownBy(() -> WebhookSigner.of(List.of(SECRET, secret)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sanaq.webhook.secrets[1]")
        .hasMessageNotContaining("MfKQ");
  }
}
