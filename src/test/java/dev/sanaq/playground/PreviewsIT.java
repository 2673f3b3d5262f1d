package dev.sanaq.playground;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.LocalServicesResource;
import dev.sanaq.webhook.TestReceiver;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** What the page shows of unfinished images, and of prompts that the safety stage refuses. */
@EnabledIfSystemProperty(named = "browser", matches = "true", disabledReason = "needs -Pbrowser")
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class PreviewsIT extends PlaygroundTestBase {
  /** The pixels of the card's previews, of which each has a size of its own. */
  private static final String PREVIEWS =
      "return [...arguments[0].querySelectorAll('.previews img')]"
          + ".filter(i => i.naturalWidth === 2 && i.clientWidth > 100)"
          + ".map(i => { const c = document.createElement('canvas'); c.width = c.height = 2;"
          + " c.getContext('2d').drawImage(i, 0, 0); return i.alt + c.toDataURL(); }).join(' ')";

  private final String prompt = "an apple " + UUID.randomUUID();
  private @Nullable TestReceiver server;

  /** Refuses prompts with a weapon. */
  @Override
  Map<String, String> settings() {
    TestReceiver started =
        new TestReceiver(
            exchange -> {
              boolean refused = Objects.requireNonNull(server).currentBody().contains("weapon");
              byte[] answer =
                  (refused
                          ? "{\"allowed\": false, \"policy\": \"no-weapons\"}"
                          : "{\"allowed\": true}")
                      .getBytes(StandardCharsets.UTF_8);
              exchange.sendResponseHeaders(200, answer.length);
              exchange.getResponseBody().write(answer);
            });
    server = started;
    return Map.of(
        "sanaq.events.previews", "true",
        "sanaq.safety.hook.url", started.url(),
        "sanaq.safety.hook.stages", "prompt");
  }

  @AfterEach
  void stopServer() {
    Objects.requireNonNull(server).close();
  }

  @Test
  void runningJob_showsPreviewsOfEachImage_thenTheImages() {
    String slow = prompt + " slowly";
    page.type("prompt", slow).type("steps", "8").type("count", "2").submit();
    WebElement card = page.card(slow);
    Set<String> seen = new TreeSet<>();
    page.await(
        () -> {
          String shown = page.executeScript(PREVIEWS, card).toString();
          if (!shown.isEmpty()) {
            seen.add(shown);
            if (seen.size() == 2) {
              browser.screenshot("previews");
            }
          }
          return card.getText().contains("completed");
        });
    assertThat(seen).as("they change with the steps").hasSizeGreaterThan(2);
    assertThat(seen)
        .anySatisfy(
            shown -> assertThat(shown).contains("Preview of image 1", "Preview of image 2"));
    assertThat(page.images(card)).hasSize(2);
    assertThat(card.findElements(By.cssSelector(".previews"))).isEmpty();
    assertThat(browser.consoleMessages()).as("the page's policy allows it").isEmpty();
  }

  @Test
  void refusedPrompt_showsThePolicyAndNoImage() {
    String refused = prompt + " with a weapon slowly";
    page.type("prompt", refused).type("steps", "8").submit();
    WebElement card = page.card(refused);
    page.awaitState(card, "failed");
    browser.screenshot("refused");
    assertThat(card.getText())
        .contains("refused by the safety policy no-weapons (content_refused)");
    assertThat(card.findElements(By.tagName("img"))).isEmpty();
    assertThat(page.field("live-region").getAttribute("textContent"))
        .startsWith("Failed: " + refused);
    page.action(card, "Change").click();
    assertThat(page.field("prompt").getAttribute("value")).isEqualTo(refused);
    page.type("prompt", prompt).type("steps", "2").submit();
    WebElement allowed = page.card(prompt);
    page.awaitState(allowed, "completed");
    assertThat(page.images(allowed)).hasSize(1);
    assertThat(browser.consoleMessages()).isEmpty();
  }
}
