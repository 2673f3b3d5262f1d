package dev.sanaq.playground;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/** A page object: what a user sees and does on the web page. */
final class PlaygroundPage {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final Browser browser;
  private final URI root;

  PlaygroundPage(Browser browser, URI root) {
    this.browser = browser;
    this.root = root;
  }

  PlaygroundPage open(String view) {
    browser.driver.get("about:blank");
    browser.driver.get(root + "#" + view);
    return this;
  }

  WebElement field(String id) {
    return browser.driver.findElement(By.id(id));
  }

  PlaygroundPage type(String id, String text) {
    field(id).clear();
    field(id).sendKeys(text);
    return this;
  }

  void submit() {
    field("submit").click();
  }

  /** Waits for {@code count} cards with this prompt and returns the newest. */
  WebElement card(String prompt, int count) {
    return await(
        () -> {
          List<WebElement> found =
              browser.driver.findElements(By.cssSelector("#cards article")).stream()
                  .filter(card -> card.findElement(By.tagName("h3")).getText().equals(prompt))
                  .toList();
          return found.size() == count ? found.get(0) : null;
        });
  }

  WebElement card(String prompt) {
    return card(prompt, 1);
  }

  void awaitState(WebElement card, String state) {
    await(() -> card.findElement(By.className("state")).getText().equals(state));
  }

  /** Returns the button or link of the card whose text starts with {@code label}. */
  WebElement action(WebElement card, String label) {
    return card.findElements(By.cssSelector(".actions button, .actions a")).stream()
        .filter(each -> each.getText().startsWith(label))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + label + " in " + card.getText()));
  }

  /** Waits until the card's images are loaded and returns them. */
  List<WebElement> images(WebElement card) {
    List<WebElement> images = card.findElements(By.cssSelector("figure img"));
    for (WebElement image : images) {
      executeScript("arguments[0].scrollIntoView()", image);
      await(() -> executeScript("return arguments[0].naturalWidth > 0", image).equals(true));
    }
    return images;
  }

  WebElement focused() {
    return browser.driver.switchTo().activeElement();
  }

  void press(CharSequence... keys) {
    if ("file".equals(focused().getAttribute("type"))) {
      // A file field takes keys that are sent to it for the name of a file.
      new Actions(browser.driver).sendKeys(keys).perform();
    } else {
      focused().sendKeys(keys);
    }
  }

  /** Presses Tab until {@code reached} is true, at most 60 times. */
  void tabTo(Supplier<Boolean> reached) {
    for (int i = 0; i < 60 && !reached.get(); i++) {
      press(Keys.TAB);
    }
    if (!reached.get()) {
      throw new AssertionError("the Tab key does not reach the element");
    }
  }

  Object executeScript(String code, Object... arguments) {
    Object result = browser.driver.executeScript(code, arguments);
    return result == null ? "" : result;
  }

  /** Waits until {@code condition} is neither null nor false, and returns it. */
  <T> T await(Supplier<@Nullable T> condition) {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (System.nanoTime() < deadline) {
      T found = condition.get();
      if (found != null && !found.equals(false)) {
        return found;
      }
      sleepBriefly();
    }
    browser.screenshot("timeout");
    throw new AssertionError(
        "timeout; last announcement: " + field("live-region").getAttribute("textContent"));
  }

  private static void sleepBriefly() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
