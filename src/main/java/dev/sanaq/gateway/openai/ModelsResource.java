package dev.sanaq.gateway.openai;

import dev.sanaq.gateway.problem.JsonResponses;
import dev.sanaq.gateway.view.JobView;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lists the models that jobs ran on, in OpenAI's format. */
@Path("/v1/models")
@Blocking
public class ModelsResource {
  private final JobView view;

  ModelsResource(JobView view) {
    this.view = view;
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Response models() {
    List<Map<String, Object>> models =
        view.models().entrySet().stream()
            .map(model -> modelBody(model.getKey(), model.getValue()))
            .toList();
    return JsonResponses.ok(Map.of("object", "list", "data", models));
  }

  private static Map<String, Object> modelBody(String name, Instant created) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("id", name);
    body.put("object", "model");
    body.put("created", created.getEpochSecond());
    body.put("owned_by", "sanaq");
    return body;
  }
}
