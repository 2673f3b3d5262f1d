package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.problem.JsonResponses;
import dev.sanaq.gateway.view.LiveWorkers;
import dev.sanaq.kafka.event.WorkerStatus;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lists the adapters beside the workers' models, by which requests may name them. */
@Path("/v1/adapters")
@Blocking
public class AdaptersResource {
  private final LiveWorkers workers;

  AdaptersResource(LiveWorkers workers) {
    this.workers = workers;
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Response adapters() {
    List<Map<String, Object>> adapters =
        workers.adapters().stream().map(AdaptersResource::body).toList();
    return JsonResponses.ok(Map.of("adapters", adapters));
  }

  private static Map<String, Object> body(LiveWorkers.AdapterEntry entry) {
    WorkerStatus.Adapter adapter = entry.adapter();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("name", adapter.name());
    body.put("model", entry.model());
    body.put("sha256", adapter.sha256());
    body.put("rank", adapter.rank());
    body.put("bytes", adapter.bytes());
    body.put("workers", entry.workers());
    return body;
  }
}
