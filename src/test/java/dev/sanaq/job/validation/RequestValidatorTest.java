package dev.sanaq.job.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.FieldError;
import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobAdapter;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobIds;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.validation.ModelDefaults.KnownAdapter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestValidatorTest {
  private static final String SECRET = "c0ffee42";
  private static final ModelDefaults MODEL =
      new ModelDefaults("sana", 1024, 512, 20, 4.5, "flow-dpm", List.of("flow-dpm", "flow-euler"));
  private static final OutputLocation HOME = new OutputLocation("home", "images/");
  private static final RequestLimits LIMITS =
      new RequestLimits(
          100,
          4096,
          50,
          20,
          4,
          16,
          200,
          false,
          false,
          HOME,
          List.of(HOME, new OutputLocation("other", "")),
          List.of(new OutputLocation("loras", "team/")));

  @Test
  void adapters_mustBeKnownUniqueAndScaled() {
    ModelDefaults adapted =
        new ModelDefaults(
            "sana",
            1024,
            512,
            20,
            4.5,
            ModelDefaults.ALL_STEPS,
            "flow-dpm",
            List.of("flow-dpm"),
            Optional.of(
                List.of(
                    new KnownAdapter("style", "a".repeat(64), ""),
                    new KnownAdapter("ink", "b".repeat(64), ""),
                    new KnownAdapter("bad", "", "no tensors"))),
            false);
    RequestValidator rules = new RequestValidator(adapted, LIMITS);
    Object style = Map.of("name", "style", "scale", 0.8);
    ValidationResult accepted =
        rules.validate(adapters(List.of(style, Map.of("name", "ink"))), "derived");
    assertThat(((ValidationResult.Valid) accepted).job().adapters())
        .containsExactly(
            JobAdapter.named("style", 0.8, "a".repeat(64)),
            JobAdapter.named("ink", 1, "b".repeat(64)));
    assertThat(invalidFields(rules.validate(adapters(List.of(style, style)), "derived")))
        .containsExactly("adapters[1].name");
    Object unknown = Map.of("name", "oil", "scale", 9, "weight", 1);
    assertThat(invalidFields(rules.validate(adapters(List.of(unknown)), "derived")))
        .containsExactlyInAnyOrder("adapters[0].name", "adapters[0].scale", "adapters[0].weight");
  }

  @Test
  void adapterWithUri_needsHash_andAllowedPrefix() {
    String hash = "AB".repeat(32);
    String uri = "s3://loras/team/v1/style.safetensors";
    assertThat(
            validJob(valid("adapters", List.of(Map.of("uri", uri, "sha256", hash, "scale", 0.8))))
                .adapters())
        .containsExactly(JobAdapter.at(uri, 0.8, hash.toLowerCase(Locale.ROOT)));

    assertThat(adapterErrors(Map.of("uri", uri)))
        .containsExactly(
            "adapters[0].sha256: found nothing, allowed: 64 hexadecimal digits, required with a uri");
    assertThat(adapterErrors(Map.of("uri", uri, "sha256", "x")))
        .containsExactly("adapters[0].sha256: found \"x\", allowed: 64 hexadecimal digits");
    assertThat(adapterErrors(Map.of("uri", uri, "sha256", hash, "name", "style")))
        .containsExactly(
            "adapters[0].uri: found \"%s\", allowed: nothing beside a name: one of both"
                .formatted(uri));
    assertThat(adapterErrors(Map.of("scale", 1)))
        .containsExactly("adapters[0].name: found nothing, allowed: text of 1 to 128 characters");
    Object twice = Map.of("uri", uri, "sha256", hash);
    assertThat(
            invalidFields(
                new RequestValidator(MODEL, LIMITS)
                    .validate(adapters(List.of(twice, twice)), "derived")))
        .containsExactly("adapters[1].uri");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://loras/team-of-others/style.safetensors",
        "s3://loras/style.safetensors",
        "s3://other/team/style.safetensors",
        "s3://loras/team/../style.safetensors",
        "s3://loras/team/./style.safetensors",
        "s3://loras/team//style.safetensors",
        "s3://loras/team/style.bin",
        "s3://loras/team/a b.safetensors",
        "s3://loras/team/%2e%2e/style.safetensors",
        "s3://loras/team/style.safetensors?versionId=1",
        "S3://loras/team/style.safetensors",
        "https://loras/team/style.safetensors",
        "file:///team/style.safetensors",
        "/team/style.safetensors"
      })
  void adapterUri_outsideThePrefix_isRefused(String uri) {
    assertThat(adapterErrors(Map.of("uri", uri, "sha256", "a".repeat(64))))
        .singleElement()
        .asString()
        .startsWith("adapters[0].uri: found ");
  }

  @Test
  void adapterUri_withoutAnAllowedPrefix_isRefused() {
    RequestLimits none =
        new RequestLimits(
            100, 4096, 50, 20, 4, 16, 200, false, false, HOME, List.of(HOME), List.of());
    Object adapter = Map.of("uri", "s3://loras/team/style.safetensors", "sha256", "a".repeat(64));
    ValidationResult checked =
        new RequestValidator(MODEL, none).validate(adapters(List.of(adapter)), "derived");
    assertThat(((ValidationResult.Invalid) checked).failure().error().message())
        .contains("sanaq.adapters.allowed-prefixes is not set");
  }

  private static List<String> adapterErrors(Object adapter) {
    ValidationResult checked =
        new RequestValidator(MODEL, LIMITS).validate(adapters(List.of(adapter)), "derived");
    return ((ValidationResult.Invalid) checked)
        .failure().error().fields().stream().map(FieldError::toString).toList();
  }

  @Test
  void guidanceInterval_isTwoOrderedFractions() {
    assertThat(validJob(valid("guidanceInterval", List.of(0.2, 1))).guidanceInterval())
        .containsExactly(0.2, 1.0);
    assertThat(validJob(valid("id", "a")).guidanceInterval()).containsExactly(0.0, 1.0);
    for (Object wrong :
        List.of(
            List.of(0.5),
            List.of(0.8, 0.2),
            List.of(0.5, 0.5),
            List.of(-0.1, 1),
            List.of(0, 1.5),
            List.of(0, "1"),
            List.of(0, 0.5, 1),
            "0.2,0.8")) {
      GenerationRequest request = new GenerationRequest(valid("guidanceInterval", wrong));
      assertThat(invalidFields(new RequestValidator(MODEL, LIMITS).validate(request, "derived")))
          .containsExactly("guidanceInterval");
    }
  }

  private static GenerationRequest adapters(List<Object> adapters) {
    return new GenerationRequest(Map.of("prompt", "a fox", "adapters", adapters));
  }

  private static List<String> invalidFields(ValidationResult checked) {
    return ((ValidationResult.Invalid) checked)
        .failure().error().fields().stream().map(FieldError::field).toList();
  }

  @Test
  void promptOnly_takesModelDefaults() {
    Job job = validJob(Map.of("prompt", "a red apple"));
    assertThat(job.id()).isEqualTo("derived");
    assertThat(List.of(job.width(), job.height(), job.steps(), job.count()))
        .isEqualTo(List.of(1024, 512, 20, 1));
    assertThat(job.guidanceScale()).isEqualTo(4.5);
    assertThat(List.of(job.solver(), job.format(), job.model(), job.priority().label()))
        .isEqualTo(List.of("flow-dpm", "png", "sana", "normal"));
    assertThat(job.resolutionBinning()).isTrue();
    assertThat(job.negativePrompt()).isEmpty();
    assertThat(job.callbackUrl()).isEmpty();
    assertThat(job.deadline()).isEqualTo(Job.NO_DEADLINE);
    assertThat(job.output()).isEqualTo(HOME);
    assertThat(job.asRequest()).doesNotContainKeys("deadline", "callbackUrl");
  }

  @Test
  void defaultSeed_derivesFromId_fits32Bits() {
    assertThat(validJob(valid("id", "a")).seed()).isEqualTo(validJob(valid("id", "a")).seed());
    assertThat(validJob(valid("id", "a")).seed()).isNotEqualTo(validJob(valid("id", "b")).seed());
    IntStream.range(0, 1000)
        .forEach(i -> assertThat(JobIds.seedOf("id" + i)).isBetween(0L, (1L << 32) - 1));
  }

  @Test
  void everyGivenField_isUsed() {
    Map<String, Object> request = new HashMap<>();
    request.put("id", "order-42:a.B_c");
    request.put("prompt", "p");
    request.put("negativePrompt", "n");
    request.put("width", 512);
    request.put("height", new BigDecimal("768.0"));
    request.put("steps", 1);
    request.put("guidanceScale", 1);
    request.put("seed", Long.MAX_VALUE - 2);
    request.put("count", 3);
    request.put("solver", "flow-euler");
    request.put("resolutionBinning", false);
    request.put("deadline", "2026-12-01T02:00:00+02:00");
    request.put("callbackUrl", "https://example.com/hook?x=1");
    request.put("output", Map.of("bucket", "other", "prefix", "p/q/"));
    request.put("metadata", Map.of("k", List.of(1, "two")));
    Job job = validJob(request);
    assertThat(job.height()).isEqualTo(768);
    assertThat(job.seed()).isEqualTo(Long.MAX_VALUE - 2);
    assertThat(job.deadline()).isEqualTo(Instant.parse("2026-12-01T00:00:00Z"));
    assertThat(job.output()).isEqualTo(new OutputLocation("other", "p/q/"));
    assertThat(job.asRequest())
        .containsEntry("solver", "flow-euler")
        .containsEntry("resolutionBinning", false)
        .containsEntry("callbackUrl", "https://example.com/hook?x=1")
        .containsEntry("metadata", Map.of("k", List.of(1, "two")));
  }

  static List<Arguments> invalidValues() {
    return List.of(
        Arguments.of("id", "with space"),
        Arguments.of("id", ""),
        Arguments.of("id", "x".repeat(129)),
        Arguments.of("id", "."),
        Arguments.of("id", ".."),
        Arguments.of("id", "..."),
        Arguments.of("id", 7),
        Arguments.of("prompt", ""),
        Arguments.of("prompt", "x".repeat(101)),
        Arguments.of("prompt", "half \ud800"),
        Arguments.of("prompt", "nul \0"),
        Arguments.of("prompt", List.of("a")),
        Arguments.of("negativePrompt", 1),
        Arguments.of("width", 0),
        Arguments.of("width", 4097),
        Arguments.of("width", "512"),
        Arguments.of("height", new BigDecimal("512.5")),
        Arguments.of("height", new BigDecimal("1e999999999")),
        Arguments.of("height", new BigDecimal("1e-999999999")),
        Arguments.of("steps", BigInteger.TEN.pow(100)),
        Arguments.of("steps", true),
        Arguments.of("guidanceScale", -0.1),
        Arguments.of("guidanceScale", 20.1),
        Arguments.of("guidanceScale", "4"),
        Arguments.of("seed", -1),
        Arguments.of("seed", new BigInteger("9223372036854775808")),
        Arguments.of("count", 5),
        Arguments.of("solver", "ddim"),
        Arguments.of("solver", "scm"),
        Arguments.of("format", "gif"),
        Arguments.of("format", "JPEG"),
        Arguments.of("quality", 101),
        Arguments.of("quality", -1),
        Arguments.of("quality", "best"),
        Arguments.of("resolutionBinning", "yes"),
        Arguments.of("model", "another"),
        Arguments.of("adapters", Map.of()),
        Arguments.of("adapters", List.of("style")),
        Arguments.of("deadline", "tomorrow"),
        Arguments.of("deadline", 1),
        Arguments.of("priority", "urgent"),
        Arguments.of("callbackUrl", "http://example.com"),
        Arguments.of("callbackUrl", "https://user@example.com"),
        Arguments.of("callbackUrl", "file:///etc/passwd"),
        Arguments.of("callbackUrl", "https://"),
        Arguments.of("output", "b"),
        Arguments.of("output", Map.of("bucket", "foreign")),
        Arguments.of("output", Map.of("prefix", "elsewhere/")),
        Arguments.of("metadata", List.of()),
        Arguments.of("metadata", Map.of("k", "x".repeat(200))),
        Arguments.of("metadata", Map.of("half \udc00", 1)),
        Arguments.of("metadata", Map.of("k", new BigDecimal("1e999"))),
        Arguments.of("metadata", Map.of("k", Collections.nCopies(200, List.of()))),
        Arguments.of("metadata", Map.of("k", nested(9))));
  }

  @ParameterizedTest
  @MethodSource("invalidValues")
  void invalidValue_isRejectedOnce_byFieldName(String field, Object value) {
    assertThat(rejection(valid(field, value)).fields())
        .hasSize(1)
        .allSatisfy(error -> assertThat(error.field()).isEqualTo(field))
        .allSatisfy(error -> assertThat(error.found()).hasSizeLessThan(80))
        .allSatisfy(error -> assertThat(error.allowed()).isNotEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../",
        "images/../",
        "/images/",
        "images",
        "images//",
        "images/./",
        "images/..\\",
        "images/%2e%2e/",
        "images/\n/"
      })
  void prefixOutsideLocation_isRejected(String prefix) {
    List<FieldError> errors = rejection(valid("output", Map.of("prefix", prefix))).fields();
    assertThat(errors).extracting(FieldError::field).containsExactly("output.prefix");
  }

  @Test
  void prefixUnderAllowedLocation_isAccepted() {
    assertThat(validJob(valid("output", Map.of("prefix", "images/a..b/"))).output())
        .isEqualTo(new OutputLocation("home", "images/a..b/"));
  }

  @Test
  void everyInvalidField_isReportedAtOnce() {
    JobError error =
        rejection(
            Map.of(
                "id",
                "a b",
                "prompt",
                1,
                "width",
                -1,
                "nonsense",
                1,
                "output",
                Map.of("path", "x")));
    assertThat(error.fields())
        .extracting(FieldError::field)
        .containsExactlyInAnyOrder("id", "prompt", "width", "nonsense", "output.path");
    assertThat(error.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(error.message()).contains("width: found -1, allowed: a whole number from 1 to 4096");
  }

  @ParameterizedTest
  @ValueSource(strings = {"guidance_scale", "guidanceScal", "GuidanceScale", "guidance-scale"})
  void misspeltField_isRejected_withSuggestion(String field) {
    FieldError error = rejection(valid(field, 4.5)).fields().get(0);
    assertThat(error.allowed()).endsWith("did you mean guidanceScale?");
  }

  @Test
  void unknownField_isRejected_withoutSuggestion() {
    assertThat(rejection(valid("zebra", 1)).fields().get(0).allowed())
        .doesNotContain("did you mean");
  }

  @Test
  void thousandsOfErrors_areTruncated() {
    Map<String, Object> request = new HashMap<>();
    IntStream.range(0, 10_000).forEach(i -> request.put("field" + i, i));
    assertThat(rejection(request).fields()).hasSize(31);
    assertThat(rejection(request).message()).hasSizeLessThan(5000);
  }

  @Test
  void seedOfMinusOne_isToldWhatNoSeedMeans() {
    assertThat(rejection(valid("seed", -1)).fields())
        .singleElement()
        .extracting(FieldError::allowed)
        .isEqualTo(
            "a whole number from 0 to 9223372036854775807; without the field it is derived from the"
                + " id");
  }

  @Test
  void nullField_equalsAbsentField() {
    Map<String, Object> request = new HashMap<>(Map.of("prompt", "p"));
    for (String field : List.of("id", "seed", "width", "deadline", "metadata", "output", "model")) {
      putNull(request, field);
    }
    assertThat(validJob(request)).isEqualTo(validJob(Map.of("prompt", "p")));
  }

  @Test
  void rejection_keepsValidMetadataAndId() {
    ValidationResult checked = validate(Map.of("id", "mine", "metadata", Map.of("k", 1)));
    JobOutcome.Failed failure = ((ValidationResult.Invalid) checked).failure();
    assertThat(failure.id()).isEqualTo("mine");
    assertThat(failure.metadata()).isEqualTo(Map.of("k", 1));
  }

  @Test
  void rejection_keepsCallbackUrl_onlyIfValid() {
    assertThat(rejectionOf("https://example.com/h").callbackUrl())
        .isEqualTo("https://example.com/h");
    assertThat(rejectionOf("https://u:p@example.com/").callbackUrl()).isEmpty();
    assertThat(rejectionOf("http://example.com/").callbackUrl()).isEmpty();
  }

  @Test
  void httpCallback_whenAllowed_isAccepted() {
    RequestLimits open =
        new RequestLimits(
            100, 4096, 50, 20, 4, 16, 200, true, true, HOME, List.of(HOME), List.of());
    GenerationRequest request = new GenerationRequest(valid("callbackUrl", "http://hooks.svc/x"));
    assertThat(new RequestValidator(MODEL, open).validate(request, "derived"))
        .isInstanceOf(ValidationResult.Valid.class);
  }

  @Test
  void quality_appliesToLossyFormatsOnly() {
    Map<String, Object> request = valid("format", "webp");
    assertThat(validJob(request).quality()).isEqualTo(90);
    assertThat(validJob(request).asRequest()).containsEntry("quality", 90);
    request.put("quality", 0);
    assertThat(validJob(request).quality()).isZero();
    request.put("format", "png");
    assertThat(validJob(request).asRequest()).doesNotContainKey("quality");
  }

  @Test
  void uploadUrlSecret_isRedactedInRequest() {
    String url = "https://b.example.com/a.png?X-Amz-Signature=" + SECRET;
    Job job = validJob(valid("output", Map.of("uploadUrls", List.of(url))));
    assertThat(job.uploadUrls()).containsExactly(url);
    assertThat(job.asRequest().toString())
        .contains("https://b.example.com/a.png")
        .doesNotContain(SECRET);
  }

  static Stream<Object> invalidUploadUrls() {
    String url = "https://b.example.com/?s=" + SECRET;
    return Stream.of(
        url,
        List.of(url, url),
        List.of("http://b.example.com/?s=" + SECRET),
        List.of("ftp://b.example.com/?s=" + SECRET),
        List.of("https://u:" + SECRET + "@b.example.com/"),
        List.of("https://b.example.com/#" + SECRET),
        List.of("https://b.example.com/ ?s=" + SECRET),
        List.of("https://b.example.com/é?s=" + SECRET),
        List.of("https://b.example.com/?" + SECRET.repeat(600)),
        List.of("https:///?s=" + SECRET),
        List.of("?s=" + SECRET),
        List.of(7),
        List.of(List.of(url)));
  }

  @ParameterizedTest
  @MethodSource("invalidUploadUrls")
  void invalidUploadUrl_isRejected_withoutLeakingSecret(Object uploads) {
    List<FieldError> errors = rejection(valid("output", Map.of("uploadUrls", uploads))).fields();
    assertThat(errors).extracting(FieldError::field).containsExactly("output.uploadUrls");
    assertThat(errors.toString()).doesNotContain(SECRET);
  }

  @ParameterizedTest
  @ValueSource(strings = {"uploadUrl", "uploadURLs", "callbackUrl"})
  void secretInUnknownField_isNotLeaked(String name) {
    Object url = "HTTPS://b.io/?s=" + SECRET;
    assertThat(rejection(valid("output", Map.of(name, url))).toString()).doesNotContain(SECRET);
    assertThat(rejection(valid(name, url)).toString()).doesNotContain(SECRET);
  }

  private static JobOutcome.Failed rejectionOf(String callbackUrl) {
    return ((ValidationResult.Invalid) validate(Map.of("steps", 0, "callbackUrl", callbackUrl)))
        .failure();
  }

  private static void putNull(Map<String, Object> request, String field) {
    @SuppressWarnings("NullAway") // what JSON's null becomes
    Object none = nothing();
    request.put(field, none);
  }

  private static @Nullable Object nothing() {
    return null;
  }

  private static Object nested(int depth) {
    return depth == 0 ? 1 : List.of(nested(depth - 1));
  }

  private static Map<String, Object> valid(String field, Object value) {
    Map<String, Object> request = new HashMap<>(Map.of("prompt", "p"));
    request.put(field, value);
    return request;
  }

  private static Job validJob(Map<String, Object> request) {
    ValidationResult checked = validate(request);
    assertThat(checked).isInstanceOf(ValidationResult.Valid.class);
    return ((ValidationResult.Valid) checked).job();
  }

  private static JobError rejection(Map<String, Object> request) {
    ValidationResult checked = validate(request);
    assertThat(checked).isInstanceOf(ValidationResult.Invalid.class);
    return ((ValidationResult.Invalid) checked).failure().error();
  }

  private static ValidationResult validate(Map<String, Object> request) {
    return new RequestValidator(MODEL, LIMITS).validate(new GenerationRequest(request), "derived");
  }
}
