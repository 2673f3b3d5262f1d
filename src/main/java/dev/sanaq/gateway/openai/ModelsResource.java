package dev.sanaq.gateway.openai;

import dev.sanaq.gateway.pool.ModelPools;
import dev.sanaq.gateway.problem.JsonResponses;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.gateway.view.LiveWorkers;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lists the configured models, or else those that workers serve, in OpenAI's format; and the
 * aliases that lead to them.
 */
@Path("/v1/models")
@Blocking
public class ModelsResource {
  private final LiveWorkers workers;
  private final ModelPools pools;
  private final ModelNames names;

  ModelsResource(LiveWorkers workers, ModelPools pools, ModelNames names) {
    this.workers = workers;
    this.pools = pools;
    this.names = names;
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Response models() {
    return JsonResponses.ok(Map.of("object", "list", "data", listed()));
  }

  @GET
  @Path("{model}")
  @Produces(MediaType.APPLICATION_JSON)
  public Response model(@PathParam("model") String id) {
    List<Map<String, Object>> models = listed();
    return models.stream()
        .filter(body -> id.equals(body.get("id")))
        .findFirst()
        .map(JsonResponses::ok)
        .orElseThrow(
            () ->
                new ProblemException(
                    ModelNames.notFound(
                        id, models.stream().map(body -> (String) body.get("id")).toList())));
  }

  private List<Map<String, Object>> listed() {
    List<LiveWorkers.ModelEntry> entries = workers.models();
    List<Map<String, Object>> models = new ArrayList<>();
    entries.forEach(entry -> models.add(modelBody(entry.model().name(), entry)));
    names
        .aliases()
        .forEach(
            (alias, model) ->
                entries.stream()
                    .filter(entry -> model.isEmpty() || entry.model().name().equals(model))
                    .findFirst()
                    .ifPresent(entry -> models.add(aliasBody(alias, entry))));
    return models;
  }

  private Map<String, Object> aliasBody(String alias, LiveWorkers.ModelEntry entry) {
    Map<String, Object> body = modelBody(alias, entry);
    body.put("alias_of", entry.model().name());
    return body;
  }

  private Map<String, Object> modelBody(String id, LiveWorkers.ModelEntry entry) {
    String model = entry.model().name();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("id", id);
    body.put("object", "model");
    body.put("created", entry.since().getEpochSecond());
    body.put("owned_by", "sanaq");
    body.put("workers", entry.workers());
    body.put("default", !pools.areNamed() || pools.defaultPool().model().equals(model));
    body.put("width", entry.model().width());
    body.put("height", entry.model().height());
    body.put("steps", entry.model().steps());
    body.put(
        "adapters",
        workers.adapters().stream()
            .filter(adapter -> adapter.model().equals(model))
            .map(adapter -> adapter.adapter().name())
            .distinct()
            .toList());
    body.put("controlnets", entry.controlNets());
    body.put("pag", entry.pag());
    return body;
  }
}
