package dev.sanaq.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A page of another site, in a real browser, and a gateway without keys on the same machine. */
@EnabledIfSystemProperty(named = "browser", matches = "true", disabledReason = "needs -Pbrowser")
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class ForeignPageIT {
  private static final String REQUEST = "{\"prompt\":\"a pear of another site\"}";

  @Inject GatewayLifecycle gateway;

  @TestHTTPResource("/")
  @SuppressWarnings("NullAway.Init") // set by the test framework
  URI root;

  @SuppressWarnings("NullAway.Init") // set before each test
  private PlaygroundServices services;

  @SuppressWarnings("NullAway.Init") // set before each test
  private HttpServer site;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Browser browser;

  @BeforeEach
  void start() throws IOException {
    services = new PlaygroundServices(gateway);
    site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    site.createContext(
        "/",
        exchange -> {
          byte[] page =
              "<!doctype html><title>another site</title>".getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    site.start();
    browser = new Browser("--host-resolver-rules=MAP *.example 127.0.0.1");
  }

  @AfterEach
  void stop() {
    browser.close();
    site.stop(0);
    services.close();
  }

  /** What a page may send without asking the other site first (a simple request of CORS). */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{mode: 'no-cors', method: 'POST', body: new Blob([arguments[1]])}",
        "{mode: 'no-cors', method: 'POST', body: arguments[1]}",
        "{mode: 'no-cors', method: 'POST', body: new URLSearchParams({prompt: 'a pear'})}"
      })
  void page_ofAnotherSite_createsNoJob(String options) {
    for (String host : new String[] {"localhost", "site.example"}) {
      browser.driver.get("http://" + host + ":" + site.getAddress().getPort() + "/");
      Object answer = fetch(root.resolve("/v1/jobs").toString(), options);
      // The request was sent; the browser does not let the page read the answer.
      assertThat(answer).isEqualTo("opaque 0");
    }
    assertNoJobs();
  }

  @Test
  void page_ofAnotherSite_readsNothing() {
    browser.driver.get("http://site.example:" + site.getAddress().getPort() + "/");
    Object answer = fetch(root.resolve("/v1/jobs").toString(), "{}");
    assertThat(answer).asString().contains("Failed to fetch");
  }

  /**
   * The page's own host name leads to this machine (DNS rebinding), so to the browser the gateway
   * is the page's own.
   */
  @Test
  void page_ofReboundHost_createsNoJob() {
    browser.driver.get("http://rebind.example:" + root.getPort() + "/");
    Object answer =
        fetch(
            "/v1/jobs",
            "{method: 'POST', body: arguments[1], headers: {'Content-Type': 'application/json'}}");
    assertThat(answer).isEqualTo("basic 403");
    assertThat(fetch("/v1/jobs", "{}")).isEqualTo("basic 403");
    assertNoJobs();
  }

  private void assertNoJobs() {
    assertThat(new GatewayTestClient(root).get("/v1/jobs").json().get("jobs")).isEmpty();
  }

  private @Nullable Object fetch(String url, String options) {
    return browser.driver.executeAsyncScript(
        "const done = arguments[arguments.length - 1]; fetch(arguments[0], "
            + options
            + ").then(r => done(r.type + ' ' + r.status), e => done(String(e)))",
        url,
        REQUEST);
  }
}
