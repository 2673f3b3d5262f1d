package dev.sanaq.gateway.auth;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages of other sites away from a gateway without keys: a browser on the same machine
 * would send their requests like its user's own. Refuses an {@code Origin} other than the gateway's
 * (CSRF) and a {@code Host} that is not the gateway's (DNS rebinding). With keys or OpenID a page
 * has nothing to send, and with {@code quarkus.http.cors} Quarkus decides on origins.
 */
final class CrossOriginFilter {
  private static final String API_PREFIX = "/v1/";
  private static final String ANY = "*";

  private final ApiKeyAuthenticator authenticator;
  private final boolean corsEnabled;
  private final List<String> allowedHosts;

  CrossOriginFilter(
      ApiKeyAuthenticator authenticator,
      GatewayConfig config,
      @ConfigProperty(name = "quarkus.http.cors.enabled", defaultValue = "false")
          boolean corsEnabled) {
    this.authenticator = authenticator;
    this.corsEnabled = corsEnabled;
    this.allowedHosts = config.allowedHosts().orElse(List.of());
  }

  @ServerRequestFilter(priority = Priorities.AUTHENTICATION - 1)
  void check(ContainerRequestContext request) {
    if (!request.getUriInfo().getPath().startsWith(API_PREFIX)) {
      return;
    }
    requireContentType(request);
    if (authenticator.acceptsAnonymous()) {
      URI own = request.getUriInfo().getRequestUri();
      requireOwnHost(hostOf(own));
      requireOwnOrigin(request.getHeaderString("Origin"), own);
    }
  }

  // A page may send a body of no type to any site, without asking that site first.
  private static void requireContentType(ContainerRequestContext request) {
    boolean hasBody =
        request.getHeaders().containsKey("Transfer-Encoding")
            || !"0".equals(request.getHeaders().getFirst(HttpHeaders.CONTENT_LENGTH))
                && request.getHeaders().containsKey(HttpHeaders.CONTENT_LENGTH);
    if (hasBody && request.getMediaType() == null) {
      throw new NotSupportedException();
    }
  }

  // java.net.URI has no host if the name has an underscore, as names of containers do.
  private static String hostOf(URI own) {
    String authority = String.valueOf(own.getRawAuthority()).replaceFirst(":\\d*$", "");
    return (own.getHost() == null ? authority : own.getHost()).toLowerCase(Locale.ROOT);
  }

  private void requireOwnHost(String name) {
    boolean known =
        allowedHosts.contains(ANY)
            || allowedHosts.contains(name)
            || authenticator.isLoopback(name)
            // Other machines may reach it by names that it does not know.
            || allowedHosts.isEmpty() && !authenticator.isLoopbackOnly();
    if (!known) {
      throw new ProblemException(
          Problem.forbidden(
              "forbidden_host",
              "The gateway has no keys and is not reached as %s: use localhost, or list the name in sanaq.gateway.allowed-hosts"
                  .formatted(name)));
    }
  }

  private void requireOwnOrigin(@Nullable String origin, URI own) {
    if (origin != null && !corsEnabled && !isOrigin(origin, own)) {
      throw new ProblemException(
          Problem.forbidden(
              "forbidden_origin",
              "The gateway has no keys and refuses pages of other origins: allow them by quarkus.http.cors.enabled and quarkus.http.cors.origins"));
    }
  }

  private static boolean isOrigin(String origin, URI own) {
    return origin.equalsIgnoreCase(own.getScheme() + "://" + own.getRawAuthority());
  }
}
