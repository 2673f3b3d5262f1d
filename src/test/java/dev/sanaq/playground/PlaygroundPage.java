package dev.sanaq.playground;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page in words of its user. */
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

  /** The newest card whose title is that prompt, once there are so many of them. */
  WebElement card(String prompt, int howMany) {
    return await(
        () -> {
          List<WebElement> found =
              browser.driver.findElements(By.cssSelector("#cards article")).stream()
                  .filter(card -> card.findElement(By.tagName("h3")).getText().equals(prompt))
                  .toList();
          return found.size() == howMany ? found.get(0) : null;
        });
  }

  WebElement card(String prompt) {
    return card(prompt, 1);
  }

  void awaitState(WebElement card, String state) {
    await(() -> card.findElement(By.className("state")).getText().equals(state));
  }

  /** A button or link of the card, by the beginning of its words. */
  WebElement action(WebElement card, String words) {
    return card.findElements(By.cssSelector(".actions button, .actions a")).stream()
        .filter(each -> each.getText().startsWith(words))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + words + " in " + card.getText()));
  }

  /** The card's images, once all are there. */
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
    focused().sendKeys(keys);
  }

  /** Goes on by the keyboard until the focus is on what is wanted. */
  void tabTo(Supplier<Boolean> there) {
    for (int i = 0; i < 60 && !there.get(); i++) {
      press(Keys.TAB);
    }
    if (!there.get()) {
      throw new AssertionError("the keyboard does not come there");
    }
  }

  Object executeScript(String code, Object... arguments) {
    Object result = browser.driver.executeScript(code, arguments);
    return result == null ? "" : result;
  }

  /** What is wanted, once it is neither null nor false. */
  <T> T await(Supplier<@Nullable T> wanted) {
    long until = System.nanoTime() + TIMEOUT.toNanos();
    while (System.nanoTime() < until) {
      T found = wanted.get();
      if (found != null && !found.equals(false)) {
        return found;
      }
      sleepBriefly();
    }
    browser.screenshot("not-in-time");
    throw new AssertionError("not in time: " + field("news").getAttribute("textContent"));
  }

  private static void sleepBriefly() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
