package dev.sanaq.gateway.pool;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.testing.TestSettings;
import java.util.Map;

/** Pools for tests without an application. */
public final class TestModelPools {
  /** A fast model, which is the default, and a slow one. */
  public static final Map<String, String> TWO =
      Map.of(
          "sanaq.gateway.models.drafts.name", "sprint",
          "sanaq.gateway.models.finals.requests", "sanaq.requests.finals",
          "sanaq.gateway.models.finals.group", "sanaq-workers-finals",
          "sanaq.gateway.models.finals.max-backlog", "PT2H",
          "sanaq.gateway.models.finals.estimate.width", "2048",
          "sanaq.gateway.models.finals.estimate.height", "2048",
          "sanaq.gateway.models.finals.estimate.seconds-per-megapixel-step", "0.5",
          "sanaq.gateway.models.drafts.estimate.steps", "2",
          "sanaq.gateway.default-model", "sprint");

  private TestModelPools() {}

  /** The only pool of a gateway without such settings. */
  public static ModelPools ofOne() {
    return of(Map.of());
  }

  /** The pools of some settings. */
  public static ModelPools of(Map<String, String> settings) {
    return new ModelPools(
        TestSettings.mapping(GatewayConfig.class, settings),
        TestSettings.mapping(TopicsConfig.class, settings),
        "sanaq-workers");
  }
}
