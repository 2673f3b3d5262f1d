package dev.sanaq.playground;

import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import dev.sanaq.sana.ImageGenerator;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Starts a worker and a browser on the page before each test. */
abstract class PlaygroundTestBase {
  @Inject GatewayLifecycle gateway;

  @TestHTTPResource("/")
  @SuppressWarnings("NullAway.Init") // set by the test framework
  URI root;

  @SuppressWarnings("NullAway.Init") // set before each test
  Browser browser;

  @SuppressWarnings("NullAway.Init") // set before each test
  PlaygroundPage page;

  @SuppressWarnings("NullAway.Init") // set before each test
  private PlaygroundServices services;

  @BeforeEach
  void start() {
    services = new PlaygroundServices(gateway, generator(), settings());
    browser = new Browser();
    browser.resizeWindow(1440, 900, "light");
    page = new PlaygroundPage(browser, root).open("generate");
  }

  /** The worker's image generator. */
  ImageGenerator generator() {
    return new PacedImageGenerator();
  }

  /** Settings of the worker. */
  Map<String, String> settings() {
    return Map.of();
  }

  @AfterEach
  void stop() {
    browser.close();
    services.close();
  }
}
