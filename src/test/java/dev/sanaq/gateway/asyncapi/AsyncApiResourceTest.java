package dev.sanaq.gateway.asyncapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.gateway.GatewayTestBase;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.GatewayTestClient.ApiResponse;
import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The document and the schemas over HTTP. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class AsyncApiResourceTest extends GatewayTestBase {
  @Test
  void document_byDefault_isYamlWithTheConfiguredTopics() {
    ApiResponse response = client.get("/q/asyncapi", "Accept", "*/*");
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.header("content-type")).startsWith("application/yaml");
    Map<String, Object> document =
        new Yaml().load(new String(response.response().body(), StandardCharsets.UTF_8));
    assertThat(document).containsEntry("asyncapi", "3.0.0");
    assertThat(document.toString())
        .contains("address=" + GatewayTestClient.serviceConfig().get("sanaq.topics.events"));
  }

  @Test
  void document_asJson_isTheSame() {
    ApiResponse byHeader = client.get("/q/asyncapi", "Accept", "application/json");
    assertThat(byHeader.header("content-type")).startsWith("application/json");
    assertThat(byHeader.json().get("asyncapi").asText()).isEqualTo("3.0.0");
    ApiResponse byFormat = client.get("/q/asyncapi?format=JSON", "Accept", "application/yaml");
    assertThat(byFormat.json()).isEqualTo(byHeader.json());
    assertThat(client.get("/q/asyncapi?format=yaml").header("content-type"))
        .startsWith("application/yaml");
  }

  @Test
  void schemas_areServedByName() {
    for (var name : client.get("/q/schemas").json().get("schemas")) {
      ApiResponse schema = client.get("/q/schemas/" + name.asText());
      assertThat(schema.header("content-type")).startsWith("application/schema+json");
      assertThat(schema.json().get("title").asText().toLowerCase(java.util.Locale.ROOT))
          .isEqualTo(name.asText().replace("-", ""));
      assertThat(client.get("/q/schemas/%s.json".formatted(name.asText())).json())
          .isEqualTo(schema.json());
    }
  }

  @Test
  void unknownSchema_isNotFound() {
    ApiResponse response = client.get("/q/schemas/other");
    assertThat(response.status()).isEqualTo(404);
    assertThat(response.json().get("detail").asText()).contains("job-completed");
  }
}
