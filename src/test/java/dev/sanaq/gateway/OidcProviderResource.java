package dev.sanaq.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.Map;

/**
 * An OpenID provider that serves its description and its public keys. Tests sign with the private
 * key, the value of {@link #PRIVATE_KEY_PROPERTY}.
 */
public final class OidcProviderResource implements QuarkusTestResourceLifecycleManager {
  /** The property that holds the private key, PKCS 8 in base64. */
  public static final String PRIVATE_KEY_PROPERTY = "test.issuer.key";

  /** The property that holds the issuer's address. */
  public static final String ISSUER_URL_PROPERTY = "quarkus.oidc.auth-server-url";

  private final HttpServer server;
  private final KeyPair keys;

  public OidcProviderResource() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      this.keys = generator.generateKeyPair();
      this.server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 10);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Map<String, String> start() {
    String address = "http://127.0.0.1:" + server.getAddress().getPort();
    server.createContext(
        "/.well-known/openid-configuration",
        exchange ->
            sendJson(
                exchange,
                "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/jwks\"}".formatted(address, address)));
    RSAPublicKey key = (RSAPublicKey) keys.getPublic();
    server.createContext(
        "/jwks",
        exchange ->
            sendJson(
                exchange,
                ("{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"k\",\"use\":\"sig\",\"alg\":\"RS256\","
                        + "\"n\":\"%s\",\"e\":\"%s\"}]}")
                    .formatted(base64Url(key.getModulus()), base64Url(key.getPublicExponent()))));
    server.start();
    return Map.of(
        "quarkus.oidc.tenant-enabled",
        "true",
        ISSUER_URL_PROPERTY,
        address,
        "quarkus.oidc.token.audience",
        "sanaq",
        PRIVATE_KEY_PROPERTY,
        Base64.getEncoder().encodeToString(keys.getPrivate().getEncoded()));
  }

  @Override
  public void stop() {
    server.stop(0);
  }

  private static String base64Url(BigInteger number) {
    byte[] bytes = number.toByteArray();
    int sign = bytes[0] == 0 ? 1 : 0;
    byte[] unsigned = java.util.Arrays.copyOfRange(bytes, sign, bytes.length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(unsigned);
  }

  private static void sendJson(HttpExchange exchange, String json) throws IOException {
    try (exchange) {
      byte[] body = json.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
