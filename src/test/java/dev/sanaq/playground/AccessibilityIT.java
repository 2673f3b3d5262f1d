package dev.sanaq.playground;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page with a keyboard only, with a screen reader, and in windows of all sizes. */
@EnabledIfSystemProperty(named = "browser", matches = "true", disabledReason = "needs -Pbrowser")
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class AccessibilityIT extends PlaygroundTestBase {
  private static final String AXE_SCRIPT = "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js";

  @Test
  void page_keyboardOnly_reachesEveryAction() {
    page.tabTo(() -> focusedId().equals("prompt"));
    page.press("keyboard only");
    page.tabTo(() -> focusedId().equals("random-seed"));
    page.press(Keys.SPACE);
    page.press(Keys.chord(Keys.CONTROL, Keys.ENTER));
    WebElement card = page.card("keyboard only");
    page.awaitState(card, "completed");
    page.images(card);

    page.tabTo(() -> page.focused().getText().startsWith("Again"));
    page.press(Keys.ENTER);
    assertThat(focusedId()).isEqualTo("prompt");
    assertThat(page.field("seed").getAttribute("value")).matches("\\d+");

    page.tabTo(() -> Objects.equals(page.focused().getAttribute("class"), "open"));
    page.press(Keys.ENTER);
    assertThat(page.field("viewer").isDisplayed()).isTrue();
    assertThat(page.field("viewer-caption").getText()).startsWith("keyboard only");
    page.press(Keys.ESCAPE);
    assertThat(page.field("viewer").isDisplayed()).isFalse();
    assertThat(page.focused().getAttribute("class")).isEqualTo("open");

    page.open("generate").tabTo(() -> page.focused().getText().equals("Dashboard"));
    page.press(Keys.ENTER);
    page.await(() -> focusedId().equals("dashboard-heading"));
  }

  @Test
  void formAndGallery_lightAndDark_haveNoSeriousViolations() throws IOException {
    createJobs("pastel");
    page.type("prompt", "slowly queued").type("steps", "80").submit();
    page.card("slowly queued");
    page.type("steps", "0").submit();
    page.await(page.field("steps-error")::isDisplayed);
    for (String scheme : List.of("light", "dark")) {
      browser.resizeWindow(1440, 900, scheme);
      assertThat(seriousViolations()).as("the form and the gallery, %s", scheme).isEmpty();
    }
  }

  @Test
  void pictureAndMask_anyWindow_haveNoSeriousViolationsAndFit(@TempDir Path folder)
      throws IOException {
    page.field("image").sendKeys(TestImageFile.noise(300, 200).write(folder, "wide.png"));
    page.await(() -> page.field("mask").isDisplayed());
    page.executeScript("document.getElementById('mask').focus()");
    page.press(Keys.SPACE);
    for (String scheme : List.of("light", "dark")) {
      browser.resizeWindow(1440, 1600, scheme);
      assertThat(seriousViolations()).as("the picture, %s", scheme).isEmpty();
      for (int width : new int[] {320, 390, 768}) {
        browser.resizeWindow(width, 1600, scheme);
        browser.screenshot("picture-%s-%s".formatted(width, scheme));
        assertThat((long) page.executeScript("return document.documentElement.scrollWidth"))
            .isLessThanOrEqualTo(width);
      }
    }
  }

  @Test
  void dashboard_lightAndDark_hasNoSeriousViolations() throws IOException {
    createJobs("ink");
    page.open("dashboard");
    page.await(() -> page.field("workers").getText().contains("worker-1"));
    for (String scheme : List.of("light", "dark")) {
      browser.resizeWindow(1440, 900, scheme);
      assertThat(seriousViolations()).as("the dashboard, %s", scheme).isEmpty();
    }
  }

  @Test
  void page_anyWindowSize_doesNotScrollSideways() {
    createJobs("oil on canvas");
    page.type("prompt", "x".repeat(300)).submit();
    page.awaitState(page.card("x".repeat(300)), "completed");
    for (int[] size : new int[][] {{390, 844}, {320, 640}, {768, 1024}, {1440, 900}}) {
      for (String view : List.of("generate", "dashboard")) {
        for (String scheme : List.of("light", "dark")) {
          browser.resizeWindow(size[0], size[1], scheme);
          page.open(view);
          page.await(() -> page.field("models").getText().equals("gradient"));
          assertThat(page.field("model-field").isDisplayed()).as("there is one model").isFalse();
          awaitRendered(view);
          browser.screenshot("%s-%s-%s".formatted(view, size[0], scheme));
          assertThat((long) page.executeScript("return document.documentElement.scrollWidth"))
              .as("%s at %s", view, size[0])
              .isLessThanOrEqualTo(size[0]);
        }
      }
    }
  }

  @Test
  void progressBar_reducedMotion_isNotAnimated() {
    browser.driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
    page.type("prompt", "slowly one").type("steps", "80").submit();
    page.type("prompt", "slowly two").submit();
    WebElement fill = page.card("slowly two").findElement(By.className("fill"));
    assertThat(fill.getCssValue("animation-name")).isEqualTo("none");
    assertThat(fill.getCssValue("transition-duration")).isIn("0s", "");
  }

  // Tests share a broker, so each test uses its own prompts.
  private void createJobs(String style) {
    String twoImages = "a lighthouse in the fog, " + style;
    page.type("prompt", twoImages).type("count", "2").submit();
    page.awaitState(page.card(twoImages), "completed");
    page.type("prompt", "a pear, " + style).type("count", "1").submit();
    page.awaitState(page.card("a pear, " + style), "completed");
    String rejected = "origami cranes, " + style;
    page.type("prompt", rejected);
    page.field("solver").sendKeys("SCM");
    page.submit();
    page.awaitState(page.card(rejected), "failed");
    page.field("solver").sendKeys("default");
  }

  private void awaitRendered(String view) {
    if (view.equals("generate")) {
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

  /** Returns the serious and critical axe rules that the page violates in its current state. */
  @SuppressWarnings("unchecked") // the script returns a list of maps
  private List<String> seriousViolations() throws IOException {
    try (InputStream axe = Objects.requireNonNull(getClass().getResourceAsStream(AXE_SCRIPT))) {
      page.executeScript(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
    }
    Object violations =
        browser.driver.executeAsyncScript(
            "const done = arguments[0];"
                + "axe.run().then(r => done(r.violations), e => done([{impact: 'critical',"
                + " id: String(e), nodes: []}]));");
    return ((List<Map<String, Object>>) Objects.requireNonNull(violations))
        .stream()
            .filter(rule -> List.of("serious", "critical").contains(rule.get("impact")))
            .map(rule -> "%s: %s %s".formatted(rule.get("impact"), rule.get("id"), targets(rule)))
            .toList();
  }
}
