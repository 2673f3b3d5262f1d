package dev.sanaq.storage.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sanaq.faults.storage.RuleS3;
import dev.sanaq.faults.storage.RuleS3.Answer;
import dev.sanaq.faults.storage.RuleS3.Call;
import dev.sanaq.faults.storage.RuleS3.Rule;
import dev.sanaq.storage.OutputLocations;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.StorageException;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.TestServices;
import dev.sanaq.testing.TestSettings;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.s3.S3Client;

/** What is said of storages that cannot be used, and of a real one that can. */
class StorageProbeTest {
  @RegisterExtension static final TestServices services = new TestServices();

  private static final String HTML = "<html><body>Please log in</body></html>";

  private final RuleS3 rules = new RuleS3();

  @AfterEach
  void stop() {
    rules.close();
  }

  @Test
  void realStorage_canBeUsed_andHoldsNothingAfterwards() {
    probe(services.config(), StorageProbe::tryWorkerCalls);
    probe(services.config(), StorageProbe::tryGatewayCalls);
    try (KafkaS3Client client = new KafkaS3Client(services.config())) {
      assertThat(client.objects()).isEmpty();
    }
  }

  static Stream<Arguments> faults() {
    String objects = "s3:%s on arn:aws:s3:::b/images/*; add it (answer 403 AccessDenied)";
    return Stream.of(
        arguments("PUT denied", denied("PUT"), objects.formatted("PutObject")),
        arguments("GET denied", denied("GET"), objects.formatted("GetObject")),
        arguments("DELETE denied", denied("DELETE"), objects.formatted("DeleteObject")),
        arguments(
            "listing denied",
            rule(call -> call.is("GET") && !call.found(), Answer.accessDenied()),
            "the role lacks s3:ListBucket on arn:aws:s3:::b; add it"),
        arguments(
            "conditions not implemented",
            rule(Call::conditional, Answer.error(501, "NotImplemented", "")),
            "does not implement conditional writes (If-None-Match: *)"),
        arguments(
            "conditions ignored",
            rule(
                call -> call.is("PUT") && call.found(),
                Optional.of(new Answer(200, Map.of("ETag", "\"0\""), ""))),
            "the storage ignores If-None-Match: *"),
        arguments(
            "redirect to a region",
            rule(
                call -> true,
                Optional.of(
                    new Answer(
                        301,
                        Map.of("x-amz-bucket-region", "eu-west-3"),
                        "<Error><Code>PermanentRedirect</Code></Error>"))),
            "set sanaq.storage.region=eu-west-3"),
        arguments(
            "signature of another region",
            rule(
                call -> true,
                Answer.error(
                    400,
                    "AuthorizationHeaderMalformed",
                    "the region 'us-east-1' is wrong; expecting 'eu-west-3'")),
            "set sanaq.storage.region=eu-west-3"),
        arguments(
            "redirect without a region",
            rule(call -> true, Answer.error(301, "PermanentRedirect", "")),
            "set sanaq.storage.region or sanaq.storage.endpoint"),
        arguments(
            "login page",
            rule(
                call -> true,
                Optional.of(new Answer(200, Map.of("Content-Type", "text/html"), HTML))),
            "the answer 200 has no ETag"),
        arguments(
            "login page for reads",
            rule(
                call -> call.is("GET"),
                Optional.of(new Answer(200, Map.of("Content-Type", "text/html"), HTML))),
            "the answer is a web page"),
        arguments(
            "changed bytes",
            rule(
                call -> call.is("GET") && call.found(),
                Optional.of(new Answer(200, Map.of(), "other"))),
            "an object is read back with other bytes"),
        arguments(
            "no bucket",
            rule(call -> true, Answer.error(404, "NoSuchBucket", "")),
            "the bucket does not exist; create it, or set sanaq.storage.bucket"),
        arguments(
            "no S3",
            rule(call -> true, Optional.of(new Answer(404, Map.of(), "not found"))),
            "check sanaq.storage.endpoint"),
        arguments(
            "unknown key",
            rule(call -> true, Answer.error(403, "InvalidAccessKeyId", "")),
            "check sanaq.storage.access-key and sanaq.storage.secret-key"),
        arguments(
            "wrong secret",
            rule(call -> true, Answer.error(403, "SignatureDoesNotMatch", "")),
            "check sanaq.storage.secret-key, and that no proxy"),
        arguments(
            "expired",
            rule(call -> true, Answer.error(400, "ExpiredToken", "")),
            "the credentials have expired"),
        arguments(
            "clock",
            rule(call -> true, Answer.error(403, "RequestTimeTooSkewed", "")),
            "clock is wrong"),
        arguments(
            "slow down", rule(call -> true, Answer.error(503, "SlowDown", "")), "503 SlowDown"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void storageThatCannotBeUsed_saysWhyAndWhatToDo(String name, Rule rule, String message) {
    rules.setRule(rule);
    assertThatThrownBy(() -> probe(ruleConfig(), StorageProbe::tryWorkerCalls))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("bucket b: ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void faultThatEnds_nothingIsLeftBehind(String name, Rule rule, String message) {
    StorageConfig config = TestSettings.mapping(StorageConfig.class, ruleConfig());
    try (S3Client s3 = S3ClientFactory.client(config)) {
      StorageProbe probe = new StorageProbe(s3, OutputLocations.defaultLocation(config));
      rules.setRule(rule);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(probe::tryWorkerCalls).isInstanceOf(StorageException.class);
        assertThat(rules.objects()).hasSizeLessThanOrEqualTo(1);
      }
      rules.setRule(Rule.NONE);
      probe.tryWorkerCalls();
      assertThat(rules.objects()).isEmpty();
    }
  }

  @Test
  void lostAnswerOfWrite_isRetried_andNothingIsLeftBehind() {
    AtomicInteger lost = new AtomicInteger(1);
    rules.setRule(
        call -> {
          if (call.is("PUT") && lost.getAndDecrement() > 0) {
            // Written, with the key as the content, and the answer is an error.
            rules.put(call.path(), call.path().substring("/b/".length()));
            return Answer.error(500, "InternalError", "");
          }
          return Optional.empty();
        });
    StorageConfig config = TestSettings.mapping(StorageConfig.class, ruleConfig());
    try (S3Client s3 = S3ClientFactory.client(config)) {
      StorageProbe probe = new StorageProbe(s3, OutputLocations.defaultLocation(config));
      probe.tryWorkerCalls();
      assertThat(rules.objects()).isEmpty();

      lost.set(Integer.MAX_VALUE);
      assertThatThrownBy(probe::tryWorkerCalls).isInstanceOf(StorageException.class);
      lost.set(0);
      probe.tryWorkerCalls();
      assertThat(rules.objects()).isEmpty();
    }
  }

  @Test
  void gateway_needsNoWrites() {
    rules.setRule(call -> call.is("GET") ? Optional.empty() : Answer.accessDenied());
    probe(ruleConfig(), StorageProbe::tryGatewayCalls);
    rules.setRule(denied("GET"));
    assertThatThrownBy(() -> probe(ruleConfig(), StorageProbe::tryGatewayCalls))
        .hasMessageContaining("s3:GetObject or s3:ListBucket");
  }

  @Test
  void unknownHost_isNamed() {
    Map<String, String> config = ruleConfig();
    config.put("sanaq.storage.endpoint", "http://storage.invalid:9000");
    assertThatThrownBy(() -> probe(config, StorageProbe::tryWorkerCalls))
        .hasMessageContaining("the host storage.invalid is unknown; check ")
        .hasMessageContaining("sanaq.storage.endpoint");
  }

  @Test
  void refusedConnection_namesTheSetting() {
    Map<String, String> config = ruleConfig();
    config.put("sanaq.storage.endpoint", "http://127.0.0.1:1");
    assertThatThrownBy(() -> probe(config, StorageProbe::tryWorkerCalls))
        .hasMessageContaining("127.0.0.1:1")
        .hasMessageContaining("check sanaq.storage.endpoint");
  }

  @Test
  void noCredentials_namesTheSettings() {
    Map<String, String> config = ruleConfig();
    config.remove("sanaq.storage.access-key");
    config.remove("sanaq.storage.secret-key");
    System.setProperty("aws.disableEc2Metadata", "true");
    try {
      assertThatThrownBy(() -> probe(config, StorageProbe::tryWorkerCalls))
          .hasMessageContaining("there are no credentials; set sanaq.storage.access-key");
    } finally {
      System.clearProperty("aws.disableEc2Metadata");
    }
  }

  private static Rule denied(String method) {
    return rule(call -> call.is(method), Answer.accessDenied());
  }

  private static Rule rule(Predicate<Call> condition, Optional<Answer> answer) {
    return call -> condition.test(call) ? answer : Optional.empty();
  }

  private Map<String, String> ruleConfig() {
    Map<String, String> config = new TreeMap<>();
    config.put("sanaq.storage.endpoint", rules.endpoint().toString());
    config.put("sanaq.storage.path-style", "true");
    config.put("sanaq.storage.access-key", "any");
    config.put("sanaq.storage.secret-key", "any");
    config.put("sanaq.storage.bucket", "b");
    config.put("sanaq.storage.prefix", "images");
    return config;
  }

  private static void probe(Map<String, String> values, Consumer<StorageProbe> calls) {
    StorageConfig config = TestSettings.mapping(StorageConfig.class, values);
    try (S3Client s3 = S3ClientFactory.client(config)) {
      calls.accept(new StorageProbe(s3, OutputLocations.defaultLocation(config)));
    }
  }
}
