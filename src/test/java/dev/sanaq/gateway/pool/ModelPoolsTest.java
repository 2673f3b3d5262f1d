package dev.sanaq.gateway.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.testing.TestSettings;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelPoolsTest {
  @Test
  void withoutModels_onePoolTakesEveryName() {
    ModelPools pools = TestModelPools.of(Map.of("sanaq.topics.requests", "r"));

    assertThat(pools.all()).containsExactly(pools.defaultPool());
    assertThat(pools.areNamed()).isFalse();
    assertThat(pools.models()).isEmpty();
    assertThat(pools.find("whatever")).contains(pools.defaultPool());
    assertThat(pools.defaultPool())
        .isEqualTo(
            new ModelPool(
                "",
                "r",
                "sanaq-workers",
                Duration.ofHours(1),
                new ModelPool.Estimate(1024, 1024, 20, 0.05)));
  }

  @Test
  void models_haveTheirSettings_andTheDefaultsOfTheGateway() {
    ModelPools pools = TestModelPools.of(TestModelPools.TWO);

    assertThat(pools.all())
        .containsExactly(
            new ModelPool(
                "sprint",
                "sanaq.requests",
                "sanaq-workers",
                Duration.ofHours(1),
                new ModelPool.Estimate(1024, 1024, 2, 0.05)),
            new ModelPool(
                "finals",
                "sanaq.requests.finals",
                "sanaq-workers-finals",
                Duration.ofHours(2),
                new ModelPool.Estimate(2048, 2048, 20, 0.5)));
    assertThat(pools.topics()).containsExactly("sanaq.requests", "sanaq.requests.finals");
    assertThat(pools.models()).containsExactly("sprint", "finals");
  }

  @Test
  void names_leadToTheirPools() {
    ModelPools pools = TestModelPools.of(TestModelPools.TWO);

    assertThat(pools.find("")).map(ModelPool::model).contains("sprint");
    assertThat(pools.find("finals")).map(ModelPool::model).contains("finals");
    assertThat(pools.find("drafts")).as("the name of the setting, not of the model").isEmpty();
    assertThat(pools.ofTopic("sanaq.requests.finals")).map(ModelPool::model).contains("finals");
    assertThat(pools.ofTopic("sanaq.events")).isEmpty();
  }

  @Test
  void onlyModel_isTheDefault() {
    ModelPools pools = TestModelPools.of(Map.of("sanaq.gateway.models.a.name", "sprint"));

    assertThat(pools.find("")).map(ModelPool::model).contains("sprint");
    assertThat(pools.find("other")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "models.finals.name; sprint; sanaq.gateway.models.*.name: sprint and sprint have the same",
        "models.finals.requests; sanaq.requests; models.*.requests: sprint and finals have the same",
        "models.finals.group; sanaq-workers; models.*.group: sprint and finals have the same",
        "default-model; drafts; sanaq.gateway.default-model: found drafts, allowed: sprint, finals",
      })
  void contradiction_isRefusedByName(String setting, String value, String message) {
    Map<String, String> settings = new HashMap<>(TestModelPools.TWO);
    settings.put("sanaq.gateway." + setting, value);

    assertThatThrownBy(() -> TestModelPools.of(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void severalModelsWithoutDefault_areRefused() {
    Map<String, String> settings = new HashMap<>(TestModelPools.TWO);
    settings.remove("sanaq.gateway.default-model");

    assertThatThrownBy(() -> TestModelPools.of(settings))
        .hasMessage("sanaq.gateway.default-model: found nothing, allowed: sprint, finals");
  }

  /** As the page of several models and the chart have them. */
  @Test
  void environmentVariables_areSettingsOfAModel() {
    Map<String, String> variables =
        Map.of(
            "SANAQ_GATEWAY_DEFAULT_MODEL", "sana-1.5",
            "SANAQ_GATEWAY_MODELS_FINALS_NAME", "sana-1.5",
            "SANAQ_GATEWAY_MODELS_DRAFTS_NAME", "sana-sprint",
            "SANAQ_GATEWAY_MODELS_DRAFTS_REQUESTS", "sanaq.requests.drafts",
            "SANAQ_GATEWAY_MODELS_DRAFTS_GROUP", "sanaq-workers-drafts",
            "SANAQ_GATEWAY_MODELS_DRAFTS_MAX_BACKLOG", "PT10M",
            "SANAQ_GATEWAY_MODELS_DRAFTS_ESTIMATE_STEPS", "2",
            "SANAQ_GATEWAY_MODELS_DRAFTS_ESTIMATE_SECONDS_PER_MEGAPIXEL_STEP", "0.02");
    GatewayConfig config =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .withSources(new EnvConfigSource(variables, 300))
            .withMapping(GatewayConfig.class)
            .build()
            .getConfigMapping(GatewayConfig.class);
    ModelPools pools =
        new ModelPools(config, TestSettings.mapping(TopicsConfig.class, Map.of()), "sanaq-workers");

    assertThat(pools.defaultPool().topic()).isEqualTo("sanaq.requests");
    assertThat(pools.find("sana-sprint"))
        .contains(
            new ModelPool(
                "sana-sprint",
                "sanaq.requests.drafts",
                "sanaq-workers-drafts",
                Duration.ofMinutes(10),
                new ModelPool.Estimate(1024, 1024, 2, 0.02)));
  }

  @Test
  void channel_readsTheTopicsOfAllModels_andTheEvents() {
    assertThat(topics(Map.of())).containsExactlyInAnyOrder("sanaq.requests", "sanaq.events");
    assertThat(topics(TestModelPools.TWO))
        .containsExactlyInAnyOrder("sanaq.requests", "sanaq.requests.finals", "sanaq.events");
  }

  private static List<String> topics(Map<String, String> settings) {
    Map<String, Object> channel =
        JobViewTopics.channel(
            TestSettings.mapping(GatewayConfig.class, settings),
            TestSettings.mapping(TopicsConfig.class, settings));
    return List.of(String.valueOf(channel.get("topics")).split(","));
  }
}
