package dev.sanaq.playground;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import dev.sanaq.job.Sha256;
import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page of a gateway that requires API keys. */
@EnabledIfSystemProperty(named = "browser", matches = "true", disabledReason = "needs -Pbrowser")
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
@TestProfile(ApiKeyIT.AliceKeyProfile.class)
class ApiKeyIT {
  @Inject GatewayLifecycle gateway;

  @TestHTTPResource("/")
  @SuppressWarnings("NullAway.Init") // set by the test framework
  URI root;

  /** A gateway with the key of one owner, alice. */
  public static final class AliceKeyProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("sanaq.gateway.keys.alice.sha256", Sha256.hex("alices-key"));
    }
  }

  @Test
  void page_apiKeyRequired_requestsUsesAndForgetsKey() {
    try (PlaygroundServices services = new PlaygroundServices(gateway);
        Browser browser = new Browser()) {
      browser.resizeWindow(1440, 900, "light");
      PlaygroundPage page = new PlaygroundPage(browser, root).open("generate");
      WebElement key = page.field("key-value");
      page.await(key::isDisplayed);
      assertThat(page.focused()).isEqualTo(key);
      key.sendKeys("mallorys-key", Keys.ENTER);
      page.await(() -> page.field("key-error").getText().contains("does not accept this key"));
      browser.screenshot("key");
      key.sendKeys("alices-key", Keys.ENTER);
      page.await(() -> !key.isDisplayed());

      page.type("prompt", "a pear slowly").type("steps", "3").submit();
      WebElement card = page.card("a pear slowly");
      page.awaitState(card, "completed");
      assertThat(page.images(card)).hasSize(1);
      assertThat(page.executeScript("return JSON.stringify(localStorage)").toString())
          .doesNotContain("alices-key");

      page.field("forget-key").click();
      page.await(() -> page.field("key-value").isDisplayed());
      assertThat(page.field("cards").getText()).isEmpty();
    }
  }
}
