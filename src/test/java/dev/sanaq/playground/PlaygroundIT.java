package dev.sanaq.playground;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** The page from a prompt to its images, in a real browser with a real worker. */
@EnabledIfSystemProperty(named = "browser", matches = "true", disabledReason = "needs -Pbrowser")
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class PlaygroundIT extends PlaygroundTestBase {
  private final String prompt = "an apple " + UUID.randomUUID();

  @Test
  void submit_runningJob_showsProgressThenTimings() {
    String slow = prompt + " slowly";
    page.type("prompt", slow).type("steps", "6").type("count", "2").submit();
    WebElement card = page.card(slow);
    Set<String> progressTexts = new TreeSet<>();
    // One script finds and reads the bar: the card removes it when the job ends.
    String progressText =
        "return arguments[0].querySelector('[role=progressbar]')?.getAttribute('aria-valuetext')";
    page.await(
        () -> {
          progressTexts.add(page.executeScript(progressText, card).toString());
          return card.getText().contains("completed");
        });
    assertThat(progressTexts)
        .filteredOn(text -> text.matches("Step [1-6] of 6"))
        .hasSizeGreaterThan(2);
    assertThat(page.images(card)).hasSize(2);
    assertThat(card.findElement(By.className("legend")).getText())
        .contains("text 0.04 s", "denoise 0.7 s", "decode 0.3 s", "store");
    assertThat(page.action(card, "Download").getAttribute("download")).endsWith("-0.png");
    assertThat(page.field("live-region").getAttribute("textContent"))
        .startsWith("Completed: " + slow);
  }

  @Test
  void cancel_runningJob_showsCancelled() {
    String slow = prompt + " slowly";
    page.type("prompt", slow).type("steps", "90").submit();
    WebElement card = page.card(slow);
    page.awaitState(card, "running");
    page.action(card, "Cancel").click();
    page.awaitState(card, "cancelled");
    // The focused button was removed; the focus moves to the card.
    assertThat(page.focused().getText()).isEqualTo(slow);
  }

  @Test
  void againAndVary_completedJob_reuseAndIncrementSeed() {
    page.type("prompt", prompt).type("seed", "9007199254740993").type("steps", "3").submit();
    WebElement first = page.card(prompt);
    page.awaitState(first, "completed");
    page.action(first, "Again").click();
    assertThat(page.field("seed").getAttribute("value")).isEqualTo("9007199254740993");
    assertThat(page.field("prompt").getAttribute("value")).isEqualTo(prompt);
    assertThat(page.focused()).isEqualTo(page.field("prompt"));
    page.submit();
    WebElement second = page.card(prompt, 2);
    page.awaitState(second, "completed");
    page.action(second, "Vary").click();
    WebElement third = page.card(prompt, 3);
    page.awaitState(third, "completed");

    assertThat(seed(second)).isEqualTo(seed(first)).isEqualTo("seed 9007199254740993");
    assertThat(seed(third)).isEqualTo("seed 9007199254740994");
    assertThat(pixels(second)).isEqualTo(pixels(first));
    assertThat(pixels(third)).isNotEqualTo(pixels(first));
  }

  @Test
  void invalidFields_submitted_showErrorsNextToThem() {
    page.type("prompt", prompt).type("count", "99").type("steps", "many").submit();
    WebElement error = page.field("steps-error");
    page.await(error::isDisplayed);
    assertThat(error.getText()).contains("many", "a whole number from 1 to 100");
    assertThat(page.field("count-error").getText()).contains("99", "from 1 to 8");
    assertThat(page.field("steps").getAttribute("aria-invalid")).isEqualTo("true");
    assertThat(page.field("seed").getAttribute("aria-invalid")).isEqualTo("false");
    assertThat(page.focused()).isEqualTo(page.field("steps"));

    page.type("count", "1").type("steps", "3").submit();
    page.awaitState(page.card(prompt), "completed");
    assertThat(error.isDisplayed()).isFalse();
  }

  @Test
  void changeAndTryAgain_rejectedJob_fillsForm() {
    page.type("prompt", prompt);
    page.field("solver").sendKeys("SCM");
    page.submit();
    WebElement card = page.card(prompt);
    page.awaitState(card, "failed");
    assertThat(card.getText()).contains("solver: Found \"scm\"; allowed: flow-dpm, flow-euler.");
    page.action(card, "Change").click();
    assertThat(page.field("solver-error").getText()).contains("flow-dpm");
    assertThat(page.focused()).isEqualTo(page.field("solver"));
  }

  @Test
  void ownJobs_afterReload_areListed() {
    page.type("prompt", prompt).submit();
    page.awaitState(page.card(prompt), "completed");
    page.open("generate");
    page.field("own-only").click();
    assertThat(page.images(page.card(prompt))).hasSize(1);
    page.executeScript("localStorage.clear()");
    page.open("generate");
    page.card(prompt);
    page.field("own-only").click();
    assertThat(page.field("empty").isDisplayed()).isTrue();
  }

  @Test
  void prompt_withMarkup_isEscaped() {
    String markup = "<img src=x onerror=document.title='broken'> " + prompt;
    page.type("prompt", markup).submit();
    page.awaitState(page.card(markup), "completed");
    assertThat(browser.driver.getTitle()).isEqualTo("sanaq");
    assertThat(browser.consoleMessages()).isEmpty();
    Object policy =
        page.executeScript(
            "const request = new XMLHttpRequest(); request.open('GET', '/', false); request.send();"
                + "return request.getResponseHeader('Content-Security-Policy')");
    assertThat(policy.toString())
        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
  }

  @Test
  void dashboard_afterJobs_showsCountsFailuresAndWorkers() {
    page.type("prompt", prompt).submit();
    page.awaitState(page.card(prompt), "completed");
    page.type("prompt", prompt + " rejected");
    page.field("solver").sendKeys("SCM");
    page.submit();
    page.awaitState(page.card(prompt + " rejected"), "failed");
    page.open("dashboard");
    page.await(() -> page.field("workers").getText().contains("worker-1 idle"));
    assertThat(page.field("failures").getText()).contains("invalid_request", "scm");
    assertThat(page.field("tiles").getText()).contains("Queued\n0", "Running\n0", "Backlog\n0 s");
    assertThat(page.field("throughput").findElement(By.tagName("svg")).getAttribute("aria-label"))
        .matches("Completed jobs per minute.*[1-9]\\d*.*");
  }

  private static String seed(WebElement card) {
    return card.findElement(By.className("seed")).getText();
  }

  private Object pixels(WebElement card) {
    return page.executeScript(
        "const c = document.createElement('canvas'); const i = arguments[0];"
            + "c.width = i.naturalWidth; c.height = i.naturalHeight;"
            + "c.getContext('2d').drawImage(i, 0, 0); return c.toDataURL()",
        page.images(card).get(0));
  }
}
