package dev.sanaq.gateway.openai;

import dev.sanaq.gateway.problem.JsonResponses;
import dev.sanaq.gateway.view.LiveWorkers;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lists the models that workers serve, in OpenAI's format. */
@Path("/v1/models")
@Blocking
public class ModelsResource {
  private final LiveWorkers workers;

  ModelsResource(LiveWorkers workers) {
    this.workers = workers;
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Response models() {
    List<Map<String, Object>> models =
        workers.models().stream().map(ModelsResource::modelBody).toList();
    return JsonResponses.ok(Map.of("object", "list", "data", models));
  }

  private static Map<String, Object> modelBody(LiveWorkers.ModelEntry entry) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("id", entry.model().name());
    body.put("object", "model");
    body.put("created", entry.since().getEpochSecond());
    body.put("owned_by", "sanaq");
    body.put("workers", entry.workers());
    return body;
  }
}
