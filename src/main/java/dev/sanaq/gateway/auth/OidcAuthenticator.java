package dev.sanaq.gateway.auth;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import io.quarkus.oidc.OIDCException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Authenticates callers by bearer tokens of an OpenID provider. Any number of threads. */
@ApplicationScoped
public class OidcAuthenticator {
  /** The setting that turns OpenID on. */
  static final String ENABLED_KEY = "quarkus.oidc.tenant-enabled";

  private static final Logger LOG = Logger.getLogger(OidcAuthenticator.class);

  private final boolean enabled;
  private final GatewayConfig config;
  private final CurrentIdentityAssociation identities;

  OidcAuthenticator(
      @ConfigProperty(name = ENABLED_KEY, defaultValue = "false") boolean enabled,
      GatewayConfig config,
      CurrentIdentityAssociation identities) {
    this.enabled = enabled;
    this.config = config;
    this.identities = identities;
  }

  /**
   * The caller of the current request; empty if the request has no valid token. Fails with a
   * ProblemException if the provider is unavailable.
   */
  public Uni<Optional<Caller>> authenticate() {
    if (!enabled) {
      return Uni.createFrom().item(Optional.empty());
    }
    return identities
        .getDeferredIdentity()
        .map(this::toCaller)
        .onFailure(OIDCException.class)
        .transform(OidcAuthenticator::providerUnavailable)
        .onFailure(AuthenticationFailedException.class)
        .recoverWithItem(Optional.empty());
  }

  private Optional<Caller> toCaller(SecurityIdentity identity) {
    return identity.isAnonymous()
        ? Optional.empty()
        : Optional.of(
            Caller.ofSubject(
                identity.getPrincipal().getName(),
                config.oidc().requestsPerMinute(),
                config.oidc().jobsPerDay()));
  }

  private static ProblemException providerUnavailable(Throwable failure) {
    LOG.warnf("OpenID provider call failed: %s", failure.getMessage());
    return new ProblemException(Problem.unavailable("The OpenID provider is unavailable"));
  }
}
