package dev.sanaq.worker.http;

import dev.sanaq.net.PinnedHttpClient;
import dev.sanaq.net.UrlPolicy;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpClientOptions;
import java.time.Clock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An HTTP client that is made at its first use: most workers never call a URL. Thread-safe. */
public final class LazyHttpClient implements Supplier<PinnedHttpClient>, AutoCloseable {
  private final UrlPolicy urlPolicy;
  private final PinnedHttpClient.CallLimits limits;
  private @Nullable Vertx vertx;
  private @Nullable PinnedHttpClient client;

  public LazyHttpClient(UrlPolicy urlPolicy, PinnedHttpClient.CallLimits limits) {
    this.urlPolicy = urlPolicy;
    this.limits = limits;
  }

  @Override
  public synchronized PinnedHttpClient get() {
    PinnedHttpClient present = client;
    if (present == null) {
      // Vert.x resolves no names and serves no files here: one thread, no cache directory.
      Vertx own =
          Vertx.vertx(
              new VertxOptions()
                  .setEventLoopPoolSize(1)
                  .setWorkerPoolSize(1)
                  .setInternalBlockingPoolSize(1)
                  .setFileSystemOptions(
                      new FileSystemOptions()
                          .setFileCachingEnabled(false)
                          .setClassPathResolvingEnabled(false)));
      present =
          new PinnedHttpClient(urlPolicy, limits, Clock.systemUTC(), own, new HttpClientOptions());
      vertx = own;
      client = present;
    }
    return present;
  }

  @Override
  public synchronized void close() {
    if (client != null) {
      client.close();
      client = null;
    }
    if (vertx != null) {
      vertx.close();
      vertx = null;
    }
  }
}
