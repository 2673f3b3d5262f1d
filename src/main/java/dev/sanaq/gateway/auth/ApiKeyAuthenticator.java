package dev.sanaq.gateway.auth;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.job.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who may come in: keys are known by their hashes alone and are never logged. Any thread. */
public final class ApiKeyAuthenticator {
  private static final Set<String> LOOPBACK_HOSTS =
      Set.of("localhost", "127.0.0.1", "::1", "[::1]");

  private final boolean oidcEnabled;
  private final Map<Caller, List<byte[]>> keyHashes = new LinkedHashMap<>();

  /**
   * @param host the address that the server is bound to
   * @param openId whether an OpenID provider is configured
   * @throws IllegalArgumentException where a key's entry is wrong, or where strangers could come in
   *     and nobody has said that they may
   */
  public ApiKeyAuthenticator(GatewayConfig config, String host, boolean openId) {
    this.oidcEnabled = openId;
    config.keys().forEach(this::addKey);
    if (keyHashes.isEmpty()
        && !openId
        && !config.allowAnonymous()
        && !LOOPBACK_HOSTS.contains(host)) {
      throw new IllegalArgumentException(
          ("the gateway has no keys and others can reach %s: set sanaq.gateway.keys.NAME.sha256 to"
                  + " the SHA-256 of a key, or quarkus.oidc.* to an OpenID provider, or quarkus.http.host=127.0.0.1 to be reached from this"
                  + " machine only, or sanaq.gateway.allow-anonymous=true to answer everybody, or"
                  + " sanaq.gateway.enabled=false")
              .formatted(host));
    }
  }

  /** The owner of the key; everybody, with or without one, where nobody else is configured. */
  public Optional<Caller> authenticate(String key) {
    if (keyHashes.isEmpty() && !oidcEnabled) {
      return Optional.of(Caller.ANONYMOUS);
    }
    byte[] asked = HexFormat.of().parseHex(Sha256.hex(key.getBytes(StandardCharsets.UTF_8)));
    Caller found = null;
    // All are compared, each in constant time: how long it takes tells nothing.
    for (Map.Entry<Caller, List<byte[]>> entry : keyHashes.entrySet()) {
      for (byte[] hash : entry.getValue()) {
        if (MessageDigest.isEqual(hash, asked)) {
          found = entry.getKey();
        }
      }
    }
    return Optional.ofNullable(found);
  }

  /** The names of all owners. */
  public Set<String> owners() {
    return Set.copyOf(keyHashes.keySet().stream().map(Caller::name).toList());
  }

  /** Whether somebody of that name may come in. */
  public boolean isKnownOwner(String owner) {
    return owners().contains(owner) || oidcEnabled && owner.startsWith(Caller.OIDC_PREFIX);
  }

  private void addKey(String name, GatewayConfig.Key key) {
    if (!name.matches("[A-Za-z0-9_-]{1,32}")) {
      throw new IllegalArgumentException(
          "sanaq.gateway.keys.%s: a name is up to 32 of A-Z a-z 0-9 _ and -".formatted(name));
    }
    if (key.sha256().stream().anyMatch(hash -> !hash.matches("[0-9a-fA-F]{64}"))) {
      throw new IllegalArgumentException(
          "sanaq.gateway.keys.%s.sha256: 64 hexadecimal digits a key".formatted(name));
    }
    keyHashes.put(
        new Caller(name, key.requestsPerMinute(), key.jobsPerDay()),
        key.sha256().stream().map(HexFormat.of()::parseHex).toList());
  }
}
