package dev.sanaq.cli.serve;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.lang.Thread.UncaughtExceptionHandler;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * DOWN once an uncaught error has ended one of this program's threads, whichever it was: what the
 * thread did is not done any more, and only a restart mends that. Any number of threads.
 */
@Liveness
@ApplicationScoped
public class ThreadLiveness implements HealthCheck {
  private static final Logger LOG = Logger.getLogger(ThreadLiveness.class);
  private static final String OWN_THREADS = "sanaq-";

  private volatile @Nullable String ended;
  private @Nullable UncaughtExceptionHandler previous;

  void watch(@Observes StartupEvent event) {
    previous = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler(this::onUncaught);
  }

  void unwatch(@Observes ShutdownEvent event) {
    Thread.setDefaultUncaughtExceptionHandler(previous);
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response = HealthCheckResponse.named("threads");
    String reason = ended;
    if (reason != null) {
      response.withData("reason", reason);
    }
    return response.status(reason == null).build();
  }

  private void onUncaught(Thread thread, Throwable error) {
    if (thread.getName().startsWith(OWN_THREADS)) {
      ended = "thread %s has ended: %s".formatted(thread.getName(), error);
    }
    LOG.errorf(error, "thread %s has ended", thread.getName());
  }
}
