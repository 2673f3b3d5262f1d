package dev.sanaq.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonErrorsTest {
  record Inner(int a) {}

  record Sample(
      String text,
      int whole,
      double number,
      boolean flag,
      List<Integer> list,
      Inner inner,
      Map<String, Integer> map) {}

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|a list instead of an object (line 1, column 1)",
        "\"x\"|a text instead of an object",
        "7|a number instead of an object",
        "true|true or false instead of an object",
        "{} {}|text after the end",
        "{\"inner\":{\"a\":1,\"b\":1}}|unknown field inner.b",
        "{\"whole\":\"x\"}|field whole must be a whole number",
        "{\"whole\":null}|field whole must be a whole number",
        "{\"number\":[]}|field number must be a number",
        "{\"flag\":\"maybe\"}|field flag must be true or false",
        "{\"list\":{}}|field list must be a list",
        "{\"list\":[1,\"x\"]}|field list[1] must be a whole number",
        "{\"inner\":[]}|field inner must be an object",
        "{\"map\":1}|field map must be an object",
        "{\"text\":{}}|field text must be a text",
        "{}|field text is missing",
      })
  void value_notOfItsType_isNamedByField(String json, String message) {
    assertThatThrownBy(() -> Json.readStrictly(json.getBytes(StandardCharsets.UTF_8), Sample.class))
        .isInstanceOf(BadJsonException.class)
        .satisfies(
            e -> {
              String text = String.valueOf(e.getMessage());
              assertThat(text).startsWith(message);
              assertThat(text).doesNotContain("java.", "dev.sanaq", "Json", "`", "another");
            });
  }
}
