package dev.sanaq.playground;

import dev.sanaq.gateway.GatewayService;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tests that begin on the page, with a gateway and a worker behind it. */
abstract class OpenPage {
  @Inject GatewayService gateway;

  @TestHTTPResource("/")
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  URI root;

  @SuppressWarnings("NullAway.Init") // set before each test
  Browser browser;

  @SuppressWarnings("NullAway.Init") // set before each test
  Page page;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Service service;

  @BeforeEach
  void start() {
    service = new Service(gateway);
    browser = new Browser();
    browser.window(1440, 900, "light");
    page = new Page(browser, root).open("draw");
  }

  @AfterEach
  void stop() {
    browser.close();
    service.close();
  }
}
