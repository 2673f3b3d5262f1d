package dev.sanaq.testing.process;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Kubernetes probes of a worker or a gateway on this machine. Thread-safe. */
public final class HttpProbe {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private HttpProbe() {}

  /** Returns whether the readiness probe answers 200. */
  public static boolean isReady(int httpPort) {
    return status(URI.create("http://127.0.0.1:%s/q/health/ready".formatted(httpPort))) == 200;
  }

  /** Returns the readiness probe's answer, or an empty text if there is none. */
  public static String readiness(int httpPort) {
    try {
      URI url = URI.create("http://127.0.0.1:%s/q/health/ready".formatted(httpPort));
      HttpRequest request = HttpRequest.newBuilder(url).timeout(TIMEOUT).build();
      return CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the status of a GET, or 0 if there is no connection or no response. */
  public static int status(URI url) {
    try {
      HttpRequest request = HttpRequest.newBuilder(url).timeout(TIMEOUT).build();
      return CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
