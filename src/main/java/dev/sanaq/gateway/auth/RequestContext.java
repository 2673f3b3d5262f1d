package dev.sanaq.gateway.auth;

import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import jakarta.enterprise.context.RequestScoped;
import org.jspecify.annotations.Nullable;

/** Holds the authenticated caller of the current request. */
@RequestScoped
public class RequestContext {
  private @Nullable Caller caller;

  void setCaller(Caller authenticated) {
    caller = authenticated;
  }

  /**
   * The authenticated caller.
   *
   * @throws ProblemException if the request is not authenticated
   */
  public Caller caller() {
    if (caller == null) {
      throw new ProblemException(Problem.unauthorized());
    }
    return caller;
  }
}
