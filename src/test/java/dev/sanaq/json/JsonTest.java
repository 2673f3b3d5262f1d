package dev.sanaq.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A record that was read has all its parts. */
class JsonTest {
  record Shop(String name, @Nullable String note, List<Fruit> fruits) {}

  record Fruit(String kind, int count) {}

  @Test
  void read_nullableComponentMissing_isRead() {
    assertThat(read("{\"name\": \"corner\", \"fruits\": [{\"kind\": \"pear\", \"count\": 2}]}"))
        .isEqualTo(new Shop("corner", null, List.of(new Fruit("pear", 2))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "null | the value is missing or null",
        "{} | name is missing or null",
        "{\"name\": null, \"fruits\": []} | name is missing or null",
        "{\"name\": \"corner\"} | fruits is missing or null",
        "{\"name\": \"corner\", \"fruits\": [null]} | fruits[] is missing or null",
        "{\"name\": \"corner\", \"fruits\": [{\"count\": 1}]} | fruits[].kind is missing or null",
      })
  void read_requiredComponentMissing_isRefusedByName(String text, String message) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(BadJsonException.class)
        .hasMessageContaining(message);
  }

  private static Shop read(String text) {
    return Json.read(text.getBytes(StandardCharsets.UTF_8), Shop.class);
  }
}
