package dev.sanaq.gateway;

import jakarta.enterprise.context.RequestScoped;
import org.jspecify.annotations.Nullable;

/** Whose request this is. */
@RequestScoped
public class Visit {
  private @Nullable Caller caller;

  void enter(Caller who) {
    caller = who;
  }

  /**
   * Who asks.
   *
   * @throws ProblemException where nobody was let in
   */
  Caller caller() {
    if (caller == null) {
      throw new ProblemException(Problem.unauthorized());
    }
    return caller;
  }
}
