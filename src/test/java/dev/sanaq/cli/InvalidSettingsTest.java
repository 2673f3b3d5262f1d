package dev.sanaq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.cli.terminal.StartupErrors;
import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.event.EventsConfig;
import dev.sanaq.kafka.request.LimitsConfig;
import dev.sanaq.kubernetes.KubernetesConfig;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.webhook.WebhookConfig;
import dev.sanaq.worker.WorkerConfig;
import dev.sanaq.worker.finish.UploadConfig;
import dev.sanaq.worker.run.ModelConfig;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.validator.BeanValidationConfigValidatorImpl;
import jakarta.validation.Constraint;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings out of range are refused by name at the start. */
class InvalidSettingsTest {
  private static final List<Class<?>> MAPPINGS =
      List.of(
          EventsConfig.class,
          GatewayConfig.class,
          KubernetesConfig.class,
          LimitsConfig.class,
          ModelConfig.class,
          StorageConfig.class,
          TopicsConfig.class,
          UploadConfig.class,
          WebhookConfig.class,
          WorkerConfig.class);

  /** Types of which most values are senseless somewhere. */
  private static final Set<Class<?>> RANGED =
      Set.of(
          OptionalInt.class,
          int.class,
          long.class,
          double.class,
          Integer.class,
          Duration.class,
          URI.class);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sanaq.storage.public-url | foo",
        "sanaq.storage.public-url | ftp://files.example/",
        "sanaq.storage.endpoint | foo",
        "sanaq.storage.endpoint | localhost:9000",
        "sanaq.storage.url-expiry | P8D",
        "sanaq.storage.url-expiry | PT0S",
        "sanaq.upload.allowed-hosts | http://nonsense/;x",
        "sanaq.upload.allowed-hosts | ok.example,10.0.0.0/99",
        "sanaq.upload.ports | 0",
        "sanaq.upload.ports | 443,70000",
        "sanaq.webhook.allowed-hosts | a b",
        "sanaq.webhook.ports | -1",
        "sanaq.webhook.secrets | abc",
        "sanaq.webhook.secrets | whsec_YWJj",
        "sanaq.webhook.events | completed,painted",
        "sanaq.model.device | tpu",
        "sanaq.model.precision | fp4",
        "sanaq.model.source | /models/sana",
        "sanaq.topics.requests | a b",
        "sanaq.topics.dead-letters | ..",
        "sanaq.worker.idle-timeout | PT0S",
        "sanaq.worker.idle-timeout | PT-1S",
        "sanaq.gateway.max-open-request-bytes | -1",
        "sanaq.gateway.oidc.jobs-per-day | -1",
        "sanaq.gateway.keys.alice.requests-per-minute | -5",
        "sanaq.gateway.models.a.requests | a b",
        "sanaq.gateway.models.a.max-backlog | PT0S",
        "sanaq.gateway.models.a.estimate.steps | 0",
      })
  void start_settingOutOfRange_isRefusedByName(String key, String value) {
    Map<String, String> values =
        Map.of(key, value, "sanaq.gateway.keys.alice.sha256", "00".repeat(32));
    assertThatThrownBy(() -> config(values))
        .isInstanceOf(ConfigValidationException.class)
        .satisfies(
            failure ->
                assertThat(StartupErrors.describe(failure))
                    .startsWith("invalid configuration: " + key)
                    .contains("must"));
  }

  @Test
  void start_validSettings_areAccepted() {
    assertThat(
            config(
                Map.of(
                    "sanaq.storage.public-url", "https://images.example/bucket",
                    "sanaq.storage.endpoint", "http://minio:9000",
                    "sanaq.upload.allowed-hosts", "*.svc.cluster.local,10.1.0.0/16,fd00::/8",
                    "sanaq.webhook.secrets", "whsec_" + "QUJD".repeat(8),
                    "sanaq.model.device", "cuda")))
        .isNotNull();
  }

  @Test
  void settingsOfRangedTypes_allHaveConstraints() {
    assertThat(MAPPINGS.stream().flatMap(InvalidSettingsTest::methods))
        .filteredOn(method -> isRanged(method.getAnnotatedReturnType()))
        .hasSizeGreaterThan(40)
        .allSatisfy(
            method ->
                assertThat(isConstrained(method) || isConstrained(method.getAnnotatedReturnType()))
                    .as("%s has a constraint", method)
                    .isTrue());
  }

  private static Stream<Method> methods(Class<?> mapping) {
    return Stream.concat(
        Stream.of(mapping.getDeclaredMethods()).filter(method -> !method.isDefault()),
        Stream.of(mapping.getDeclaredClasses()).flatMap(InvalidSettingsTest::methods));
  }

  private static boolean isRanged(AnnotatedType type) {
    return type instanceof AnnotatedParameterizedType parameterized
        ? Stream.of(parameterized.getAnnotatedActualTypeArguments())
            .anyMatch(InvalidSettingsTest::isRanged)
        : RANGED.contains(type.getType());
  }

  private static boolean isConstrained(AnnotatedType type) {
    return isConstrained((AnnotatedElement) type)
        || (type instanceof AnnotatedParameterizedType parameterized
            && Stream.of(parameterized.getAnnotatedActualTypeArguments())
                .anyMatch(InvalidSettingsTest::isConstrained));
  }

  private static boolean isConstrained(AnnotatedElement element) {
    return Stream.of(element.getAnnotations())
        .map(Annotation::annotationType)
        .anyMatch(type -> type.isAnnotationPresent(Constraint.class));
  }

  private static SmallRyeConfig config(Map<String, String> values) {
    SmallRyeConfigBuilder builder =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .withValidator(new BeanValidationConfigValidatorImpl())
            .withDefaultValues(values);
    MAPPINGS.forEach(builder::withMapping);
    return builder.build();
  }
}
