package dev.sanaq.playground;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.gateway.pool.ModelWorkers;
import dev.sanaq.gateway.pool.TwoModelsResource;
import dev.sanaq.sana.ImageGenerator;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** The page of a gateway before two models, of which only the default has a worker. */
@QuarkusTest
@QuarkusTestResource(value = TwoModelsResource.class, restrictToAnnotatedClass = true)
class ModelChoiceIT extends PlaygroundTestBase {
  @Override
  ImageGenerator generator() {
    return new ModelWorkers.NamedGenerator(TwoModelsResource.DRAFTS);
  }

  @Test
  void severalModels_areOffered_andTheChosenOneGetsTheJob() {
    page.await(() -> page.field("model-field").isDisplayed());
    assertThat(page.field("model").findElements(By.tagName("option")))
        .extracting(WebElement::getText)
        .containsExactly("default, sprint", "sprint", "sana-1.5");
    assertThat(page.field("models").getText()).isEqualTo("sprint, sana-1.5");

    choose("sana-1.5");
    page.type("prompt", "a pear").submit();
    WebElement waiting = page.card("a pear");
    page.awaitState(waiting, "queued");
    choose("");
    page.type("prompt", "an apple").submit();
    page.awaitState(page.card("an apple"), "completed");
    assertThat(waiting.findElement(By.className("state")).getText()).isEqualTo("queued");
  }

  private void choose(String model) {
    page.field("model").findElement(By.cssSelector("option[value='%s']".formatted(model))).click();
  }
}
