package dev.sanaq.gateway.auth;

import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import jakarta.enterprise.context.RequestScoped;
import org.jspecify.annotations.Nullable;

/** Whose request this is. */
@RequestScoped
public class RequestContext {
  private @Nullable Caller caller;

  public void setCaller(Caller who) {
    caller = who;
  }

  /**
   * Who asks.
   *
   * @throws ProblemException where nobody was let in
   */
  public Caller caller() {
    if (caller == null) {
      throw new ProblemException(Problem.unauthorized());
    }
    return caller;
  }
}
