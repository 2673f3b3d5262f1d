package dev.sanaq.gateway.asyncapi;

import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.request.LimitsConfig;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Serves the contract of the topics to anybody, as Quarkus serves the OpenAPI description: YAML
 * unless the client asks for JSON by {@code Accept} or {@code format}.
 */
@Path("/q")
public class AsyncApiResource {
  private static final String YAML = "application/yaml;charset=UTF-8";
  private static final String SCHEMA = "application/schema+json";
  private static final String SUFFIX = ".json";

  private final String yaml;
  private final byte[] json;
  private final JsonSchemas schemas;

  AsyncApiResource(TopicsConfig topics, LimitsConfig limits) {
    AsyncApiDocument document = AsyncApiDocument.of(topics, limits);
    this.yaml = document.toYaml();
    this.json = Json.write(document.content());
    this.schemas = new JsonSchemas(document);
  }

  /** The AsyncAPI document. */
  @GET
  @Path("asyncapi")
  public Response document(
      @QueryParam("format") @Nullable String format,
      @HeaderParam(HttpHeaders.ACCEPT) @Nullable String accept) {
    boolean asJson =
        format == null
            ? accept != null && accept.contains("json") && !accept.contains("yaml")
            : format.equalsIgnoreCase("json");
    return asJson
        ? Response.ok(json, MediaType.APPLICATION_JSON).build()
        : Response.ok(yaml, YAML).build();
  }

  /** The names of the JSON Schemas. */
  @GET
  @Path("schemas")
  public Response names() {
    return Response.ok(Json.write(Map.of("schemas", JsonSchemas.NAMES)), MediaType.APPLICATION_JSON)
        .build();
  }

  /** A JSON Schema, by its name with or without {@code .json}. */
  @GET
  @Path("schemas/{name}")
  public Response schema(@PathParam("name") String name) {
    String bare = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
    Optional<Map<String, Object>> schema = schemas.find(bare);
    return schema
        .map(found -> Response.ok(Json.write(found), SCHEMA).build())
        .orElseThrow(
            () ->
                new ProblemException(
                    Problem.notFound(
                        "No schema has this name; there are "
                            + String.join(", ", JsonSchemas.NAMES))));
  }
}
