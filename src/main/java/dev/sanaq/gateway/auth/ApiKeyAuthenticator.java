package dev.sanaq.gateway.auth;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.job.Sha256;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Authenticates callers by API key. The gateway knows only the keys' hashes and never logs a key.
 * Any number of threads.
 */
@ApplicationScoped
public class ApiKeyAuthenticator {
  private static final Set<String> LOOPBACK_HOSTS =
      Set.of("localhost", "127.0.0.1", "::1", "[::1]");

  private final String host;
  private final boolean oidcEnabled;
  private final Map<Caller, List<byte[]>> keyHashes = new LinkedHashMap<>();

  /**
   * @param host the address that the server is bound to
   * @param oidcEnabled whether an OpenID provider is configured
   * @throws IllegalArgumentException if a key's entry is invalid, or if the network can reach the
   *     gateway, no keys are configured and anonymous access is not allowed
   */
  ApiKeyAuthenticator(
      GatewayConfig config,
      @ConfigProperty(name = "quarkus.http.host") String host,
      @ConfigProperty(name = OidcAuthenticator.ENABLED_KEY, defaultValue = "false")
          boolean oidcEnabled) {
    this.host = host;
    this.oidcEnabled = oidcEnabled;
    config.keys().forEach(this::addKey);
    if (acceptsAnonymous() && !config.allowAnonymous() && !isLoopbackOnly()) {
      throw new IllegalArgumentException(
          ("the gateway has no keys and others can reach %s: set sanaq.gateway.keys.NAME.sha256 to"
                  + " the SHA-256 of a key, or quarkus.oidc.* to an OpenID provider, or"
                  + " quarkus.http.host=127.0.0.1 for clients on this machine only, or"
                  + " sanaq.gateway.allow-anonymous=true to accept anonymous callers, or"
                  + " sanaq.gateway.enabled=false")
              .formatted(host));
    }
  }

  /**
   * The owner of the key; empty if the key is invalid. Without configured keys and OpenID every
   * caller is anonymous, with or without a key.
   */
  public Optional<Caller> authenticate(String key) {
    if (acceptsAnonymous()) {
      return Optional.of(Caller.ANONYMOUS);
    }
    byte[] keyHash = HexFormat.of().parseHex(Sha256.hex(key.getBytes(StandardCharsets.UTF_8)));
    Caller found = null;
    // Compare with all hashes, each in constant time: the duration reveals nothing.
    for (Map.Entry<Caller, List<byte[]>> entry : keyHashes.entrySet()) {
      for (byte[] hash : entry.getValue()) {
        if (MessageDigest.isEqual(hash, keyHash)) {
          found = entry.getKey();
        }
      }
    }
    return Optional.ofNullable(found);
  }

  /** Whether every caller is accepted, since neither keys nor OpenID are configured. */
  boolean acceptsAnonymous() {
    return keyHashes.isEmpty() && !oidcEnabled;
  }

  /** Whether only programs on this machine can reach the gateway. */
  boolean isLoopbackOnly() {
    return isLoopback(host);
  }

  /** Whether the name is this machine's own for itself. */
  boolean isLoopback(String name) {
    return LOOPBACK_HOSTS.contains(name);
  }

  /** The host and the kinds of access, for the log. */
  public String describe() {
    String keys = keyHashes.isEmpty() ? "" : ", keys " + owners();
    return host + keys + (oidcEnabled ? ", OpenID" : "");
  }

  /** The names of all owners of keys. */
  Set<String> owners() {
    return Set.copyOf(keyHashes.keySet().stream().map(Caller::name).toList());
  }

  /** Whether the name is an owner of a key, or may be an OpenID subject. */
  public boolean isKnownOwner(String owner) {
    return owners().contains(owner) || oidcEnabled && owner.startsWith(Caller.OIDC_PREFIX);
  }

  private void addKey(String name, GatewayConfig.Key key) {
    if (!name.matches("[A-Za-z0-9_-]{1,32}")) {
      throw new IllegalArgumentException(
          "invalid owner name: sanaq.gateway.keys.%s (use up to 32 of A-Z a-z 0-9 _ and -)"
              .formatted(name));
    }
    if (key.sha256().stream().anyMatch(hash -> !hash.matches("[0-9a-fA-F]{64}"))) {
      throw new IllegalArgumentException(
          "invalid hash: sanaq.gateway.keys.%s.sha256 (64 hexadecimal digits for each key)"
              .formatted(name));
    }
    keyHashes.put(
        new Caller(name, key.requestsPerMinute(), key.jobsPerDay()),
        key.sha256().stream().map(HexFormat.of()::parseHex).toList());
  }
}
