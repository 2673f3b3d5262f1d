package dev.sanaq.gateway;

import dev.sanaq.job.Hash;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who may come in: keys are known by their hashes alone and are never logged. Any thread. */
final class Access {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

  private final boolean openId;
  private final Map<Caller, List<byte[]>> hashes = new LinkedHashMap<>();

  /**
   * @param host the address that the server is bound to
   * @param openId whether an OpenID provider is configured
   * @throws IllegalArgumentException where a key's entry is wrong, or where strangers could come in
   *     and nobody has said that they may
   */
  Access(GatewayConfig config, String host, boolean openId) {
    this.openId = openId;
    config.keys().forEach(this::add);
    if (hashes.isEmpty() && !openId && !config.open() && !LOOPBACK.contains(host)) {
      throw new IllegalArgumentException(
          ("the gateway has no keys and others can reach %s: set sanaq.gateway.keys.NAME.sha256 to"
                  + " the SHA-256 of a key, or quarkus.oidc.* to an OpenID provider, or quarkus.http.host=127.0.0.1 to be reached from this"
                  + " machine only, or sanaq.gateway.open=true to answer everybody, or"
                  + " sanaq.gateway.enabled=false")
              .formatted(host));
    }
  }

  /** The owner of the key; everybody, with or without one, where nobody else is configured. */
  Optional<Caller> caller(String key) {
    if (hashes.isEmpty() && !openId) {
      return Optional.of(Caller.EVERYBODY);
    }
    byte[] asked = HexFormat.of().parseHex(Hash.of(key.getBytes(StandardCharsets.UTF_8)));
    Caller found = null;
    // All are compared, each in constant time: how long it takes tells nothing.
    for (Map.Entry<Caller, List<byte[]>> entry : hashes.entrySet()) {
      for (byte[] hash : entry.getValue()) {
        if (MessageDigest.isEqual(hash, asked)) {
          found = entry.getKey();
        }
      }
    }
    return Optional.ofNullable(found);
  }

  /** The names of all owners. */
  Set<String> owners() {
    return Set.copyOf(hashes.keySet().stream().map(Caller::name).toList());
  }

  /** Whether somebody of that name may come in. */
  boolean knows(String owner) {
    return owners().contains(owner) || openId && owner.startsWith(Caller.SUBJECTS);
  }

  private void add(String name, GatewayConfig.Key key) {
    if (!name.matches("[A-Za-z0-9_-]{1,32}")) {
      throw new IllegalArgumentException(
          "sanaq.gateway.keys.%s: a name is up to 32 of A-Z a-z 0-9 _ and -".formatted(name));
    }
    if (key.sha256().stream().anyMatch(hash -> !hash.matches("[0-9a-fA-F]{64}"))) {
      throw new IllegalArgumentException(
          "sanaq.gateway.keys.%s.sha256: 64 hexadecimal digits a key".formatted(name));
    }
    hashes.put(
        new Caller(name, key.requestsPerMinute(), key.jobsPerDay()),
        key.sha256().stream().map(HexFormat.of()::parseHex).toList());
  }
}
