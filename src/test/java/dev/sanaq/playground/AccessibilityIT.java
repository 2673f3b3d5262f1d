package dev.sanaq.playground;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page by the keyboard alone, to a screen reader, and on windows of all sizes. */
@EnabledIfSystemProperty(named = "browser", matches = "true", disabledReason = "needs -Pbrowser")
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class AccessibilityIT extends PlaygroundTestBase {
  private static final String AXE_SCRIPT = "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js";

  @Test
  void keyboardOnly_reachesEveryAction() {
    page.tabTo(() -> focusedId().equals("prompt"));
    page.press("keys alone");
    page.tabTo(() -> focusedId().equals("dice"));
    page.press(Keys.SPACE);
    page.press(Keys.chord(Keys.CONTROL, Keys.ENTER));
    WebElement card = page.card("keys alone");
    page.awaitState(card, "completed");
    page.images(card);

    page.tabTo(() -> page.focused().getText().startsWith("Again"));
    page.press(Keys.ENTER);
    assertThat(focusedId()).isEqualTo("prompt");
    assertThat(page.field("seed").getAttribute("value")).matches("\\d+");

    page.tabTo(() -> Objects.equals(page.focused().getAttribute("class"), "open"));
    page.press(Keys.ENTER);
    assertThat(page.field("viewer").isDisplayed()).isTrue();
    assertThat(page.field("viewer-caption").getText()).startsWith("keys alone");
    page.press(Keys.ESCAPE);
    assertThat(page.field("viewer").isDisplayed()).isFalse();
    assertThat(page.focused().getAttribute("class")).isEqualTo("open");

    page.open("draw").tabTo(() -> page.focused().getText().equals("Dashboard"));
    page.press(Keys.ENTER);
    page.await(() -> focusedId().equals("dashboard-heading"));
  }

  @Test
  void formAndGallery_haveNoSeriousViolations() throws IOException {
    createJobs("pastel");
    page.type("prompt", "slowly waiting").type("steps", "80").submit();
    page.card("slowly waiting");
    page.type("steps", "0").submit();
    page.await(page.field("steps-error")::isDisplayed);
    for (String scheme : List.of("light", "dark")) {
      browser.resizeWindow(1440, 900, scheme);
      assertThat(seriousViolations()).as("the form and the gallery, %s", scheme).isEmpty();
    }
  }

  @Test
  void dashboard_hasNoSeriousViolations() throws IOException {
    createJobs("ink");
    page.open("dashboard");
    page.await(() -> page.field("workers").getText().contains("worker-1"));
    for (String scheme : List.of("light", "dark")) {
      browser.resizeWindow(1440, 900, scheme);
      assertThat(seriousViolations()).as("the dashboard, %s", scheme).isEmpty();
    }
  }

  @Test
  void anyWindowSize_doesNotScrollSideways() {
    createJobs("oil on canvas");
    page.type("prompt", "x".repeat(300)).submit();
    page.awaitState(page.card("x".repeat(300)), "completed");
    for (int[] size : new int[][] {{390, 844}, {320, 640}, {768, 1024}, {1440, 900}}) {
      for (String view : List.of("draw", "dashboard")) {
        for (String scheme : List.of("light", "dark")) {
          browser.resizeWindow(size[0], size[1], scheme);
          page.open(view);
          page.await(() -> page.field("model").getText().equals("gradient"));
          awaitRendered(view);
          browser.screenshot("%s-%d-%s".formatted(view, size[0], scheme));
          assertThat((long) page.executeScript("return document.documentElement.scrollWidth"))
              .as("%s at %d", view, size[0])
              .isLessThanOrEqualTo(size[0]);
        }
      }
    }
  }

  @Test
  void reducedMotion_disablesAnimations() {
    browser.driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
    page.type("prompt", "slowly one").type("steps", "80").submit();
    page.type("prompt", "slowly two").submit();
    WebElement fill = page.card("slowly two").findElement(By.className("fill"));
    assertThat(fill.getCssValue("animation-name")).isEqualTo("none");
    assertThat(fill.getCssValue("transition-duration")).isIn("0s", "");
  }

  // Tests share a broker, so that each has prompts of its own.
  private void createJobs(String how) {
    String several = "a lighthouse in the fog, " + how;
    page.type("prompt", several).type("count", "2").submit();
    page.awaitState(page.card(several), "completed");
    page.type("prompt", "a pear, " + how).type("count", "1").submit();
    page.awaitState(page.card("a pear, " + how), "completed");
    String refused = "origami cranes, " + how;
    page.type("prompt", refused);
    page.field("solver").sendKeys("SCM");
    page.submit();
    page.awaitState(page.card(refused), "failed");
    page.field("solver").sendKeys("model");
  }

  private void awaitRendered(String view) {
    if (view.equals("draw")) {
      page.await(() -> !page.images(page.card("a pear, oil on canvas")).isEmpty());
      page.executeScript("scrollTo(0, 0)");
    } else {
      page.await(() -> page.field("workers").getText().contains("worker-1"));
    }
  }

  private String focusedId() {
    return Objects.requireNonNullElse(page.focused().getAttribute("id"), "");
  }

  private static List<Object> targets(Map<String, Object> rule) {
    return ((List<?>) Objects.requireNonNull(rule.get("nodes")))
        .stream().<Object>map(node -> ((Map<?, ?>) node).get("target")).toList();
  }

  /** The rules of axe, serious and critical, that the page breaks as it is shown now. */
  @SuppressWarnings("unchecked") // a list of maps comes out of the script
  private List<String> seriousViolations() throws IOException {
    try (InputStream axe = Objects.requireNonNull(getClass().getResourceAsStream(AXE_SCRIPT))) {
      page.executeScript(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
    }
    Object found =
        browser.driver.executeAsyncScript(
            "const done = arguments[0];"
                + "axe.run().then(r => done(r.violations), e => done([{impact: 'critical',"
                + " id: String(e), nodes: []}]));");
    return ((List<Map<String, Object>>) Objects.requireNonNull(found))
        .stream()
            .filter(rule -> List.of("serious", "critical").contains(rule.get("impact")))
            .map(rule -> "%s: %s %s".formatted(rule.get("impact"), rule.get("id"), targets(rule)))
            .toList();
  }
}
