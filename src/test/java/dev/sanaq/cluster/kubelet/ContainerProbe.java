package dev.sanaq.cluster.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** One HTTP probe of a container, with its period and its thresholds. Used by one thread. */
final class ContainerProbe {
  // Some servers of Go end the JDK's HTTP/2 connections at once.
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .sslContext(trustingAll())
          .build();

  /** What the latest probes together say. */
  enum State {
    UNKNOWN,
    PASSED,
    FAILED
  }

  private final URI url;
  private final Duration timeout;
  private final long periodNanos;
  private final int failureThreshold;
  private long due;
  private int failures;
  private State state = State.UNKNOWN;

  /**
   * @param probe the pod's definition
   * @param container names the ports
   */
  ContainerProbe(JsonNode probe, JsonNode container, String address) {
    JsonNode get = probe.path("httpGet");
    this.url =
        URI.create(
            "%s://%s:%s%s"
                .formatted(
                    get.path("scheme").asText("HTTP").toLowerCase(java.util.Locale.ROOT),
                    address,
                    port(get.path("port"), container),
                    get.path("path").asText()));
    this.timeout = Duration.ofSeconds(probe.path("timeoutSeconds").asLong(1));
    this.periodNanos = Duration.ofSeconds(probe.path("periodSeconds").asLong(10)).toNanos();
    this.failureThreshold = probe.path("failureThreshold").asInt(3);
    this.due =
        System.nanoTime()
            + Duration.ofSeconds(probe.path("initialDelaySeconds").asLong(0)).toNanos();
  }

  /** Probes if it is time to, and returns the state. */
  State step() {
    long now = System.nanoTime();
    if (now - due >= 0) {
      due = now + periodNanos;
      if (passes()) {
        failures = 0;
        state = State.PASSED;
      } else if (++failures >= failureThreshold) {
        state = State.FAILED;
      }
    }
    return state;
  }

  private boolean passes() {
    try {
      HttpRequest request = HttpRequest.newBuilder(url).timeout(timeout).build();
      int status = CLIENT.send(request, BodyHandlers.discarding()).statusCode();
      return status >= 200 && status < 400;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int port(JsonNode port, JsonNode container) {
    if (port.isInt()) {
      return port.asInt();
    }
    for (JsonNode named : container.path("ports")) {
      if (named.path("name").asText().equals(port.asText())) {
        return named.path("containerPort").asInt();
      }
    }
    throw new IllegalArgumentException("no port " + port);
  }

  // A kubelet does not check certificates either.
  private static SSLContext trustingAll() {
    System.setProperty("jdk.internal.httpclient.disableHostnameVerification", "true");
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new AnyCertificate()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class AnyCertificate extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
