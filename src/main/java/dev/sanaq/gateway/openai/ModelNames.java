package dev.sanaq.gateway.openai;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.pool.ModelPools;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.gateway.view.LiveWorkers;
import dev.sanaq.job.FieldError;
import dev.sanaq.job.RequestFields;
import dev.sanaq.job.validation.SafeText;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The names of models that clients of OpenAI's API may use: those of the configured models, or if
 * there are none those of the live workers; and the operator's aliases. Any number of threads.
 */
@ApplicationScoped
class ModelNames {
  /** As an alias's model: the default model, or the workers' model, whatever its name. */
  private static final String ANY = "*";

  private final LiveWorkers workers;
  private final ModelPools pools;
  private final Map<String, String> aliases = new LinkedHashMap<>();

  ModelNames(GatewayConfig config, LiveWorkers workers, ModelPools pools) {
    this.workers = workers;
    this.pools = pools;
    for (String alias : config.modelAliases().orElse(List.of())) {
      int split = alias.indexOf('=');
      aliases.put(alias.substring(0, split).strip(), alias.substring(split + 1).strip());
    }
  }

  /**
   * Puts the contract's name of the model in place of the client's.
   *
   * @param fields of a request; a model that is no text is left for the validation
   * @throws ProblemException if the model is not configured, or if none are and the live workers
   *     have other models alone
   */
  void apply(Map<String, Object> fields) {
    if (fields.get(RequestFields.MODEL) instanceof String requested) {
      fields.remove(RequestFields.MODEL);
      resolve(requested).ifPresent(name -> fields.put(RequestFields.MODEL, name));
    }
  }

  /** The contract's name of a model; empty for the workers' model. */
  private Optional<String> resolve(String requested) {
    String name = aliases.getOrDefault(requested, requested);
    if (name.isEmpty() || name.equals(ANY)) {
      return Optional.empty();
    }
    // Without a live worker the job may start one that has the model.
    List<String> models = pools.areNamed() ? pools.models() : liveModels();
    if (!models.isEmpty() && !models.contains(name)) {
      List<String> known = new ArrayList<>(models);
      known.addAll(aliases.keySet());
      throw new ProblemException(notFound(requested, known));
    }
    return Optional.of(name);
  }

  /** The models that aliases lead to, by alias; empty for the default. */
  Map<String, String> aliases() {
    Map<String, String> models = new LinkedHashMap<>(aliases);
    models.replaceAll((alias, model) -> model.equals(ANY) ? pools.defaultPool().model() : model);
    return models;
  }

  private List<String> liveModels() {
    return workers.models().stream()
        .filter(entry -> entry.workers() > 0)
        .map(entry -> entry.model().name())
        .toList();
  }

  /**
   * The problem of an unknown model.
   *
   * @param known the names that there are
   */
  static Problem notFound(String requested, List<String> known) {
    FieldError error =
        new FieldError("model", SafeText.describe(requested), String.join(", ", known));
    return new Problem(
        404,
        Problem.MODEL_NOT_FOUND,
        "No such model",
        "No worker has the model %s. Models and aliases (sanaq.gateway.model-aliases): %s"
            .formatted(error.found(), error.allowed()),
        List.of(error),
        Map.of());
  }
}
