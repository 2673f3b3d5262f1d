package dev.sanaq.gateway;

import io.quarkus.oidc.OIDCException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Those whom an OpenID provider knows, by the bearer tokens that it has given them. */
@ApplicationScoped
public class Subjects {
  private static final Logger LOG = Logger.getLogger(Subjects.class);

  private final boolean enabled;
  private final GatewayConfig config;
  private final CurrentIdentityAssociation identities;

  Subjects(
      @ConfigProperty(name = "quarkus.oidc.tenant-enabled", defaultValue = "false") boolean enabled,
      GatewayConfig config,
      CurrentIdentityAssociation identities) {
    this.enabled = enabled;
    this.config = config;
    this.identities = identities;
  }

  /** Whether a provider is configured. */
  boolean enabled() {
    return enabled;
  }

  /** Who sends this request; nobody where it bears no token that the provider vouches for. */
  Uni<Optional<Caller>> caller() {
    if (!enabled) {
      return Uni.createFrom().item(Optional.empty());
    }
    return identities
        .getDeferredIdentity()
        .map(this::caller)
        .onFailure(OIDCException.class)
        .transform(Subjects::away)
        .onFailure(AuthenticationFailedException.class)
        .recoverWithItem(Optional.empty());
  }

  private Optional<Caller> caller(SecurityIdentity identity) {
    return identity.isAnonymous()
        ? Optional.empty()
        : Optional.of(
            Caller.ofSubject(
                identity.getPrincipal().getName(),
                config.oidc().requestsPerMinute(),
                config.oidc().jobsPerDay()));
  }

  private static ProblemException away(Throwable failure) {
    LOG.warnf("the OpenID provider does not answer: %s", failure.getMessage());
    return new ProblemException(Problem.unavailable("the OpenID provider is away"));
  }
}
