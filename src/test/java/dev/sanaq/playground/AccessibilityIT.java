package dev.sanaq.playground;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.worker.LocalServicesResource;
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
class AccessibilityIT extends OpenPage {
  private static final String AXE = "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js";

  @Test
  void worksWithTheKeyboardAlone() {
    page.tabTo(() -> id().equals("prompt"));
    page.press("keys alone");
    page.tabTo(() -> id().equals("dice"));
    page.press(Keys.SPACE);
    page.press(Keys.chord(Keys.CONTROL, Keys.ENTER));
    WebElement card = page.card("keys alone");
    page.awaitState(card, "completed");
    page.pictures(card);

    page.tabTo(() -> page.focused().getText().startsWith("Again"));
    page.press(Keys.ENTER);
    assertThat(id()).isEqualTo("prompt");
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
    page.await(() -> id().equals("dashboard-heading"));
  }

  @Test
  void breaksNoSeriousRule() throws IOException {
    someJobs("pastel");
    page.type("prompt", "slowly waiting").type("steps", "80").draw();
    page.card("slowly waiting");
    page.type("steps", "0").draw();
    page.await(page.field("steps-error")::isDisplayed);
    for (String scheme : List.of("light", "dark")) {
      browser.window(1440, 900, scheme);
      assertThat(broken()).as("the form and the gallery, %s", scheme).isEmpty();
    }
  }

  @Test
  void theDashboardBreaksNoSeriousRule() throws IOException {
    someJobs("ink");
    page.open("dashboard");
    page.await(() -> page.field("workers").getText().contains("worker-1"));
    for (String scheme : List.of("light", "dark")) {
      browser.window(1440, 900, scheme);
      assertThat(broken()).as("the dashboard, %s", scheme).isEmpty();
    }
  }

  @Test
  void fitsAnyWindow() {
    someJobs("oil on canvas");
    page.type("prompt", "x".repeat(300)).draw();
    page.awaitState(page.card("x".repeat(300)), "completed");
    for (int[] size : new int[][] {{390, 844}, {320, 640}, {768, 1024}, {1440, 900}}) {
      for (String view : List.of("draw", "dashboard")) {
        for (String scheme : List.of("light", "dark")) {
          browser.window(size[0], size[1], scheme);
          page.open(view);
          page.await(() -> page.field("model").getText().equals("gradient"));
          settle(view);
          browser.screenshot("%s-%d-%s".formatted(view, size[0], scheme));
          assertThat((long) page.script("return document.documentElement.scrollWidth"))
              .as("%s at %d", view, size[0])
              .isLessThanOrEqualTo(size[0]);
        }
      }
    }
  }

  @Test
  void restsWhereMotionIsNotWanted() {
    browser.driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
    page.type("prompt", "slowly one").type("steps", "80").draw();
    page.type("prompt", "slowly two").draw();
    WebElement fill = page.card("slowly two").findElement(By.className("fill"));
    assertThat(fill.getCssValue("animation-name")).isEqualTo("none");
    assertThat(fill.getCssValue("transition-duration")).isIn("0s", "");
  }

  // Tests share a broker, so that each has prompts of its own.
  private void someJobs(String how) {
    String several = "a lighthouse in the fog, " + how;
    page.type("prompt", several).type("count", "2").draw();
    page.awaitState(page.card(several), "completed");
    page.type("prompt", "a pear, " + how).type("count", "1").draw();
    page.awaitState(page.card("a pear, " + how), "completed");
    String refused = "origami cranes, " + how;
    page.type("prompt", refused);
    page.field("solver").sendKeys("SCM");
    page.draw();
    page.awaitState(page.card(refused), "failed");
    page.field("solver").sendKeys("model");
  }

  private void settle(String view) {
    if (view.equals("draw")) {
      page.await(() -> !page.pictures(page.card("a pear, oil on canvas")).isEmpty());
      page.script("scrollTo(0, 0)");
    } else {
      page.await(() -> page.field("workers").getText().contains("worker-1"));
    }
  }

  private String id() {
    return Objects.requireNonNullElse(page.focused().getAttribute("id"), "");
  }

  private static List<Object> places(Map<String, Object> rule) {
    return ((List<?>) Objects.requireNonNull(rule.get("nodes")))
        .stream().<Object>map(node -> ((Map<?, ?>) node).get("target")).toList();
  }

  /** The rules of axe, serious and critical, that the page breaks as it is shown now. */
  @SuppressWarnings("unchecked") // a list of maps comes out of the script
  private List<String> broken() throws IOException {
    try (InputStream axe = Objects.requireNonNull(getClass().getResourceAsStream(AXE))) {
      page.script(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
    }
    Object found =
        browser.driver.executeAsyncScript(
            "const done = arguments[0];"
                + "axe.run().then(r => done(r.violations), e => done([{impact: 'critical',"
                + " id: String(e), nodes: []}]));");
    return ((List<Map<String, Object>>) Objects.requireNonNull(found))
        .stream()
            .filter(rule -> List.of("serious", "critical").contains(rule.get("impact")))
            .map(rule -> "%s: %s %s".formatted(rule.get("impact"), rule.get("id"), places(rule)))
            .toList();
  }
}
