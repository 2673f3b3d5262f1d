package dev.sanaq.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.job.Hash;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {
  private static final String KEY = "sanaq.gateway.keys.alice.sha256";

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "10.0.0.1", "example.com"})
  void withoutKeysAnAddressThatOthersReachIsRefusedWithWhatToDo(String host) {
    assertThatThrownBy(() -> new Access(config(Map.of()), host, false))
        .hasMessageContaining("sanaq.gateway.keys.NAME.sha256")
        .hasMessageContaining("sanaq.gateway.open=true");
  }

  @Test
  void withoutKeysThisMachineMayAskAndOthersWhereItIsSaid() {
    assertThat(new Access(config(Map.of()), "127.0.0.1", false).caller(""))
        .contains(Caller.EVERYBODY);
    assertThat(
            new Access(config(Map.of("sanaq.gateway.open", "true")), "0.0.0.0", false)
                .caller("any"))
        .contains(Caller.EVERYBODY);
  }

  @Test
  void withKeysOnlyTheirOwnersComeInHoweverItIsBound() {
    Access access = new Access(config(Map.of(KEY, Hash.of("secret"))), "0.0.0.0", false);
    assertThat(access.caller("secret").map(Caller::name)).contains("alice");
    assertThat(access.caller("")).isEmpty();
    assertThat(access.caller(Hash.of("secret"))).isEmpty();
    assertThat(new Access(config(Map.of(KEY, Hash.of("secret"))), "127.0.0.1", false).caller(""))
        .isEmpty();
  }

  @Test
  void withAnOpenIdProviderNobodyComesInWithoutSayingWho() {
    Access access = new Access(config(Map.of()), "0.0.0.0", true);
    assertThat(access.caller("")).isEmpty();
    assertThat(access.knows("oidc.somebody")).isTrue();
    assertThat(access.knows("alice")).isFalse();
  }

  @Test
  void aWrongEntryIsNamedWithoutTheHash() {
    assertThatThrownBy(() -> new Access(config(Map.of(KEY, "plain-text-key")), "127.0.0.1", false))
        .hasMessageContaining(KEY)
        .hasMessageNotContaining("plain-text-key");
    String name = "sanaq.gateway.keys.\"a:b\".sha256";
    assertThatThrownBy(() -> new Access(config(Map.of(name, Hash.of("k"))), "127.0.0.1", false))
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
