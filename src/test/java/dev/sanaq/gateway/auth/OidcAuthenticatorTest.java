package dev.sanaq.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.gateway.GatewayTestBase;
import dev.sanaq.gateway.OidcProviderResource;
import dev.sanaq.job.Sha256;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.jwt.build.Jwt;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/** Tokens of an OpenID provider beside keys: the subject of a token owns its jobs. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
@QuarkusTestResource(value = OidcProviderResource.class, restrictToAnnotatedClass = true)
@TestProfile(OidcAuthenticatorTest.KeyAndOidcProfile.class)
class OidcAuthenticatorTest extends GatewayTestBase {
  private static final Duration TOKEN_LIFETIME = Duration.ofMinutes(5);

  private final String job = "{\"id\":\"%s\",\"prompt\":\"a pear\"}".formatted(id);

  /** The owner of a key beside the provider's subjects, whose quota is two jobs a day. */
  public static final class KeyAndOidcProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "sanaq.gateway.keys.alice.sha256",
          Sha256.hex("alice's key"),
          "sanaq.gateway.oidc.jobs-per-day",
          "2");
    }
  }

  @Override
  protected String[] clientHeaders() {
    return new String[] {"X-API-Key", "alice's key"};
  }

  @Test
  void subjectsJob_otherCallers_getNotFound() throws Exception {
    String subject = UUID.randomUUID().toString();
    GatewayTestClient hers = bearer(token(subject, "sanaq", TOKEN_LIFETIME, issuerPrivateKey()));
    GatewayTestClient.ApiResponse sent = hers.post("/v1/jobs", job);
    assertThat(sent.status()).isEqualTo(202);
    String full = "oidc." + subject + ":" + id;
    assertThat(sent.json().get("id").asText()).isEqualTo(full);
    hers.awaitState(id, "queued");
    assertThat(hers.get("/v1/jobs").json().findValuesAsText("id")).containsOnly(full);

    GatewayTestClient another = bearer(token("alice", "sanaq", TOKEN_LIFETIME, issuerPrivateKey()));
    GatewayTestClient alice = new GatewayTestClient(root, "Authorization", "Bearer alice's key");
    for (GatewayTestClient other : new GatewayTestClient[] {another, alice}) {
      assertThat(other.get("/v1/jobs/" + id).status()).isEqualTo(404);
      assertThat(other.get("/v1/jobs/" + full).status()).isEqualTo(404);
      assertThat(other.get("/v1/jobs/" + full + "/events").status()).isEqualTo(404);
      assertThat(other.delete("/v1/jobs/" + full).status()).isEqualTo(404);
      assertThat(other.get("/v1/jobs").json().findValuesAsText("id")).doesNotContain(full);
    }
  }

  @Test
  void subjectNamedLikeKeyOwner_isAnotherCaller() throws Exception {
    GatewayTestClient alice = new GatewayTestClient(root, "X-API-Key", "alice's key");
    assertThat(alice.post("/v1/jobs", job).json().get("id").asText()).isEqualTo("alice:" + id);
    alice.awaitState(id, "queued");
    GatewayTestClient posing = bearer(token("alice", "sanaq", TOKEN_LIFETIME, issuerPrivateKey()));
    assertThat(posing.get("/v1/jobs/" + id).status()).isEqualTo(404);
    assertThat(posing.get("/v1/jobs/alice:" + id).status()).isEqualTo(404);
  }

  @Test
  void subjectWithSpecialCharacters_getsHashedOwnerName() throws Exception {
    GatewayTestClient odd =
        bearer(token("auth0|5f: é", "sanaq", TOKEN_LIFETIME, issuerPrivateKey()));
    assertThat(odd.post("/v1/jobs", job).json().get("id").asText())
        .isEqualTo("oidc.sha256." + Sha256.hex("auth0|5f: é").substring(0, 32) + ":" + id);
  }

  @Test
  void invalidToken_isUnauthorized() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    PrivateKey stolen = generator.generateKeyPair().getPrivate();
    String good = token("s", "sanaq", TOKEN_LIFETIME, issuerPrivateKey());
    for (String token :
        new String[] {
          "",
          "no token",
          "a.b.c",
          good.substring(0, good.length() - 4) + "AAAA",
          good.substring(0, good.lastIndexOf('.') + 1),
          token("s", "sanaq", TOKEN_LIFETIME, stolen),
          token("s", "another", TOKEN_LIFETIME, issuerPrivateKey()),
          token("s", "sanaq", Duration.ofMinutes(-5), issuerPrivateKey())
        }) {
      GatewayTestClient.ApiResponse response = bearer(token).get("/v1/jobs");
      assertThat(response.status()).as(token).isEqualTo(401);
      assertThat(response.header("Content-Type")).startsWith("application/problem+json");
    }
    assertThat(new GatewayTestClient(root).get("/v1/jobs").status()).isEqualTo(401);
    assertThat(bearer(good).get("/v1/jobs").status()).isEqualTo(200);
  }

  @Test
  void subject_overDailyQuota_isRejected() throws Exception {
    GatewayTestClient hers =
        bearer(token(UUID.randomUUID().toString(), "sanaq", TOKEN_LIFETIME, issuerPrivateKey()));
    String any = "{\"prompt\":\"p\"}";
    for (int i = 0; i < 2; i++) {
      GatewayTestClient.ApiResponse sent = hers.post("/v1/jobs", any);
      assertThat(sent.status()).isEqualTo(202);
      hers.awaitState(sent.json().get("id").asText(), "queued");
    }
    assertThat(hers.post("/v1/jobs", any).status()).isEqualTo(429);
  }

  private GatewayTestClient bearer(String token) {
    return new GatewayTestClient(root, "Authorization", "Bearer " + token);
  }

  private static String token(String subject, String audience, Duration valid, PrivateKey key) {
    return Jwt.issuer(configValue(OidcProviderResource.ISSUER_URL_PROPERTY))
        .subject(subject)
        .audience(audience)
        .issuedAt(Instant.now().minus(Duration.ofMinutes(10)))
        .expiresAt(Instant.now().plus(valid))
        .jws()
        .keyId("k")
        .sign(key);
  }

  private static PrivateKey issuerPrivateKey() throws Exception {
    byte[] encoded =
        Base64.getDecoder().decode(configValue(OidcProviderResource.PRIVATE_KEY_PROPERTY));
    return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(encoded));
  }

  private static String configValue(String property) {
    return ConfigProvider.getConfig().getValue(property, String.class);
  }
}
