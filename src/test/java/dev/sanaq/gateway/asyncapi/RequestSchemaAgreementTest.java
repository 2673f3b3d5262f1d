package dev.sanaq.gateway.asyncapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.RequestFields;
import dev.sanaq.job.validation.RequestValidator;
import dev.sanaq.job.validation.ValidationResult;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import dev.sanaq.testing.contract.ContractSchemas;
import dev.sanaq.testing.kafka.MalformedValues;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The schema of requests and the validator agree on any value in any field: what the validator
 * accepts, the schema accepts, and the schema accepts nothing else but for the rules that it cannot
 * have.
 */
class RequestSchemaAgreementTest {
  private static final RequestValidator VALIDATOR = ContractValidator.of(Optional.empty(), true);
  private static final ContractSchemas SCHEMAS = ContractSchemas.ofDefaults();

  /** Values for any field, beside malformed ones. */
  private static final List<String> VALUES =
      List.of(
          "1",
          "1.0",
          "1e0",
          "64.0",
          "100",
          "101",
          "4096",
          "4097",
          "0.5",
          "20",
          "20.5",
          "50",
          "50.1",
          "-0.1",
          "9223372036854775807",
          "false",
          "\"a\"",
          "\"a\\nb\"",
          "\"é😀\"",
          "\"order-42\"",
          "\"..\"",
          "\"png\"",
          "\"webp\"",
          "\"normal\"",
          "\"flow-dpm\"",
          "\"fast\"",
          "\"slow\"",
          "\"m\"",
          "\"2030-12-01T00:00:00Z\"",
          "\"https://example.com/a\"",
          "\"http://example.com/a?b=c\"",
          "\"https://example.com/#a\"",
          "\"data:image/png;base64,AAAA\"",
          "\"data:image/png,AAAA\"",
          "[0, 1]",
          "[0.5, 0.25]",
          "[0, 1, 2]",
          "[\"a\", \"b\"]",
          "{\"bucket\":\"b\",\"key\":\"k\"}",
          "{\"bucket\":\"b\",\"key\":\"k\",\"sha256\":\"a\"}",
          "{\"bucket\":\"b\",\"key\":\"\"}",
          "{\"scale\":3}",
          "{\"scale\":21}",
          "{\"layers\":[]}",
          "{\"layers\":[0,511]}",
          "{\"layers\":[512]}",
          "{\"layers\":[0.5]}",
          "{\"uploadUrls\":[\"https://a.io/?b\"]}",
          "{\"uploadUrls\":[\"https://a.io/#b\"]}",
          "{\"uploadUrls\":[7]}",
          "{\"prefix\":\"\",\"bucket\":\"sanaq\"}",
          "{\"prefix\":\"a\"}",
          "[{\"name\":\"style\"}]",
          "[{\"name\":\"\"}]",
          "[{\"name\":\"style\",\"uri\":null,\"scale\":null,\"sha256\":\"\"}]",
          "[{\"name\":\"style\",\"scale\":4.1}]",
          "[{\"name\":\"style\",\"weight\":1}]",
          "[{\"scale\":1}]",
          "[{\"uri\":\"s3://loras/a.safetensors\"}]",
          "[{\"uri\":\"s3://loras/a.safetensors\",\"sha256\":\"" + "aB".repeat(32) + "\"}]",
          "[{\"name\":\"x\",\"uri\":\"s3://loras/a.safetensors\",\"sha256\":\""
              + "a".repeat(64)
              + "\"}]");

  /** The library of schemas writes all digits of such a number. */
  private static final Pattern HUGE_EXPONENT = Pattern.compile("[eE]-?[0-9]{4}");

  /** Of a request that the schema accepts and the validator refuses: why. */
  private static final Map<String, String> RULES_OF_THE_VALIDATOR_ALONE =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("id", "names another rule for text: broken Unicode"),
              Map.entry("prompt", "broken Unicode"),
              Map.entry("negativePrompt", "broken Unicode"),
              Map.entry("guidanceInterval", "start is less than stop"),
              Map.entry("stepCache", "the model's step caches"),
              Map.entry("image", "the syntax of a URL and of Base64"),
              Map.entry("control", "the syntax of a URL and of Base64"),
              Map.entry("controlInterval", "start is less than stop"),
              Map.entry("strength", "above 0 as a double"),
              Map.entry("seed", "seed + count - 1"),
              Map.entry("draftSteps", "only with candidates"),
              Map.entry("solver", "the model's solvers"),
              Map.entry("model", "the model's name"),
              Map.entry("adapters", "allowed prefixes, the model's adapters, each once"),
              Map.entry("deadline", "the syntax of a time"),
              Map.entry("callbackUrl", "the syntax of a URL"),
              Map.entry("output", "allowed locations, one URL for each image"),
              Map.entry("metadata", "length and depth")));

  @Test
  void anyValueInAnyField_isAcceptedByBothOrByNeither() {
    List<String> values =
        Stream.concat(VALUES.stream(), MalformedValues.VALUES.stream())
            .filter(value -> !HUGE_EXPONENT.matcher(value).find())
            .toList();
    List<String> disagreements = new ArrayList<>();
    int accepted = 0;
    for (String field : RequestFields.ALL) {
      for (String value : values) {
        Optional<Map<String, Object>> request = request(field, value);
        if (request.isEmpty()) {
          continue;
        }
        boolean valid = isValid(request.get());
        boolean validBySchema = SCHEMAS.validateValue("request", request.get()).isEmpty();
        accepted += valid ? 1 : 0;
        boolean known = validBySchema && RULES_OF_THE_VALIDATOR_ALONE.containsKey(field);
        if (valid != validBySchema && !known) {
          disagreements.add(
              "%s: %s is valid by the %s only"
                  .formatted(field, value, valid ? "validator" : "schema"));
        }
      }
    }
    assertThat(disagreements).isEmpty();
    assertThat(accepted).as("requests that both accept").isGreaterThan(100);
  }

  private static Optional<Map<String, Object>> request(String field, String value) {
    String rest = field.equals("prompt") ? "" : "\"prompt\":\"p\",";
    String text = "{%s\"%s\":%s}".formatted(rest, field, value);
    try {
      return Optional.of(Json.readObject(text.getBytes(StandardCharsets.UTF_8)));
    } catch (BadJsonException e) {
      return Optional.empty();
    }
  }

  private static boolean isValid(Map<String, Object> request) {
    return VALIDATOR.validate(new GenerationRequest(request), "derived")
        instanceof ValidationResult.Valid;
  }
}
