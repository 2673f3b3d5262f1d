package dev.sanaq.gateway.pool;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.kafka.TopicsConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The pools behind the gateway. Without {@code sanaq.gateway.models} there is one: it serves {@code
 * sanaq.topics.requests}, and every name of a model leads to it, because only its workers know
 * theirs. Immutable; any number of threads.
 */
@ApplicationScoped
public class ModelPools {
  private final List<ModelPool> pools;
  private final ModelPool defaultPool;

  /**
   * @param defaultGroup the consumer group of workers that are configured without one
   * @throws IllegalArgumentException if two models share a name, a topic or a group, or if the
   *     default model is not one of them
   */
  public ModelPools(
      GatewayConfig config,
      TopicsConfig topics,
      @ConfigProperty(name = "sanaq.worker.group", defaultValue = "sanaq-workers")
          String defaultGroup) {
    List<ModelPool> named = new ArrayList<>();
    new TreeMap<>(config.models())
        .forEach(
            (name, model) ->
                named.add(
                    new ModelPool(
                        model.name().orElse(name),
                        model.requests().orElse(topics.requests()),
                        model.group().orElse(defaultGroup),
                        model.maxBacklog().orElse(config.maxBacklog()),
                        estimate(model.estimate(), config.estimate()))));
    if (named.isEmpty()) {
      this.pools =
          List.of(
              new ModelPool(
                  "",
                  topics.requests(),
                  defaultGroup,
                  config.maxBacklog(),
                  estimate(config.estimate())));
      this.defaultPool = pools.get(0);
    } else {
      requireDistinct(named);
      this.pools = List.copyOf(named);
      this.defaultPool = findDefault(config.defaultModel());
    }
  }

  /** All pools, the same order at every start; at least one. */
  public List<ModelPool> all() {
    return pools;
  }

  /** The pool of requests that name no model. */
  public ModelPool defaultPool() {
    return defaultPool;
  }

  /** Whether each pool is configured for a model of its own. */
  public boolean areNamed() {
    return defaultPool.isNamed();
  }

  /**
   * The pool of a model.
   *
   * @param model a request's {@code model}, or what a worker reports; empty for the default
   * @return empty if no pool is configured for it
   */
  public Optional<ModelPool> find(String model) {
    if (model.isEmpty() || !areNamed()) {
      return Optional.of(defaultPool);
    }
    return pools.stream().filter(pool -> pool.model().equals(model)).findFirst();
  }

  /** The pool whose requests are in a topic. */
  public Optional<ModelPool> ofTopic(String topic) {
    return pools.stream().filter(pool -> pool.topic().equals(topic)).findFirst();
  }

  /** The topics of requests. */
  public List<String> topics() {
    return pools.stream().map(ModelPool::topic).toList();
  }

  /** The names of the models, for messages; empty if they are not configured. */
  public List<String> models() {
    return pools.stream().filter(ModelPool::isNamed).map(ModelPool::model).toList();
  }

  private ModelPool findDefault(Optional<String> model) {
    if (model.isEmpty() && pools.size() == 1) {
      return pools.get(0);
    }
    return model
        .flatMap(name -> pools.stream().filter(pool -> pool.model().equals(name)).findFirst())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "sanaq.gateway.default-model: found %s, allowed: %s"
                        .formatted(
                            model.orElse("nothing"),
                            pools.stream()
                                .map(ModelPool::model)
                                .collect(Collectors.joining(", ")))));
  }

  private static void requireDistinct(List<ModelPool> pools) {
    Map<String, String> owners = new HashMap<>();
    for (ModelPool pool : pools) {
      requireUnused(owners, "name", pool.model(), pool);
      requireUnused(owners, "requests", pool.topic(), pool);
      requireUnused(owners, "group", pool.group(), pool);
    }
  }

  private static void requireUnused(
      Map<String, String> owners, String setting, String value, ModelPool pool) {
    String other = owners.putIfAbsent(setting + ' ' + value, pool.model());
    if (other != null) {
      throw new IllegalArgumentException(
          "sanaq.gateway.models.*.%s: %s and %s have the same one, %s; each model needs its own"
              .formatted(setting, other, pool.model(), value));
    }
  }

  private static ModelPool.Estimate estimate(GatewayConfig.EstimateConfig config) {
    return new ModelPool.Estimate(
        config.width(), config.height(), config.steps(), config.secondsPerMegapixelStep());
  }

  private static ModelPool.Estimate estimate(
      GatewayConfig.ModelEstimateConfig model, GatewayConfig.EstimateConfig otherwise) {
    return new ModelPool.Estimate(
        model.width().orElse(otherwise.width()),
        model.height().orElse(otherwise.height()),
        model.steps().orElse(otherwise.steps()),
        model.secondsPerMegapixelStep().orElse(otherwise.secondsPerMegapixelStep()));
  }
}
