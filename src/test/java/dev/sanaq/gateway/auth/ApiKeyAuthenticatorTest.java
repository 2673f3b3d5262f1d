package dev.sanaq.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.job.Sha256;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyAuthenticatorTest {
  private static final String KEY = "sanaq.gateway.keys.alice.sha256";

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "10.0.0.1", "example.com"})
  void noKeys_publicHost_failsWithRemedy(String host) {
    assertThatThrownBy(() -> new ApiKeyAuthenticator(config(Map.of()), host, false))
        .hasMessageContaining("sanaq.gateway.keys.NAME.sha256")
        .hasMessageContaining("sanaq.gateway.allow-anonymous=true");
  }

  @Test
  void noKeys_loopbackOrAllowAnonymous_admitsEveryone() {
    assertThat(new ApiKeyAuthenticator(config(Map.of()), "127.0.0.1", false).authenticate(""))
        .contains(Caller.ANONYMOUS);
    assertThat(
            new ApiKeyAuthenticator(
                    config(Map.of("sanaq.gateway.allow-anonymous", "true")), "0.0.0.0", false)
                .authenticate("any"))
        .contains(Caller.ANONYMOUS);
  }

  @Test
  void keysConfigured_anyHost_admitsOnlyOwners() {
    ApiKeyAuthenticator access =
        new ApiKeyAuthenticator(config(Map.of(KEY, Sha256.hex("secret"))), "0.0.0.0", false);
    assertThat(access.authenticate("secret").map(Caller::name)).contains("alice");
    assertThat(access.authenticate("")).isEmpty();
    assertThat(access.authenticate(Sha256.hex("secret"))).isEmpty();
    assertThat(
            new ApiKeyAuthenticator(config(Map.of(KEY, Sha256.hex("secret"))), "127.0.0.1", false)
                .authenticate(""))
        .isEmpty();
  }

  @Test
  void oidcEnabled_withoutCredentials_isRejected() {
    ApiKeyAuthenticator access = new ApiKeyAuthenticator(config(Map.of()), "0.0.0.0", true);
    assertThat(access.authenticate("")).isEmpty();
    assertThat(access.isKnownOwner("oidc.somebody")).isTrue();
    assertThat(access.isKnownOwner("alice")).isFalse();
  }

  @Test
  void invalidKeyEntry_isNamedWithoutItsValue() {
    assertThatThrownBy(
            () ->
                new ApiKeyAuthenticator(config(Map.of(KEY, "plain-text-key")), "127.0.0.1", false))
        .hasMessageContaining(KEY)
        .hasMessageNotContaining("plain-text-key");
    String name = "sanaq.gateway.keys.\"a:b\".sha256";
    assertThatThrownBy(
            () ->
                new ApiKeyAuthenticator(config(Map.of(name, Sha256.hex("k"))), "127.0.0.1", false))
        .hasMessageContaining("a:b");
  }

  private static GatewayConfig config(Map<String, String> values) {
    return new SmallRyeConfigBuilder()
        .withMapping(GatewayConfig.class)
        .withDefaultValues(values)
        .build()
        .getConfigMapping(GatewayConfig.class);
  }
}
