package dev.sanaq.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.gateway.GatewayTestBase;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.lora.LoraInfo;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The list of adapters, and which URIs of adapters a gateway lets through. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
@TestProfile(AdaptersApiTest.PrefixProfile.class)
class AdaptersApiTest extends GatewayTestBase {
  private static final String HASH = "a".repeat(64);

  /** Adapters by URI under one prefix. */
  public static final class PrefixProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("sanaq.adapters.allowed-prefixes", "s3://loras/team/");
    }
  }

  /** A generator whose model has adapters. */
  private static final class AdaptedGenerator extends GradientImageGenerator {
    @Override
    public ModelInfo model() {
      return new ModelInfo(
          MODEL.name(),
          MODEL.compression(),
          MODEL.width(),
          MODEL.height(),
          MODEL.steps(),
          MODEL.guidanceScale(),
          MODEL.guidanceInterval(),
          MODEL.solver(),
          MODEL.solvers(),
          List.of(
              new LoraInfo("style", HASH, 16, 1000, ""),
              new LoraInfo("bad", "", 0, 0, "no tensors")),
          MODEL.device(),
          MODEL.precision());
    }
  }

  @Test
  void adaptersOfALiveWorker_areListed_withoutThoseThatCannotBeUsed() {
    startWorker(new AdaptedGenerator());
    JsonNode listed = client.get("/v1/adapters").json().get("adapters");
    assertThat(listed).hasSize(1);
    assertThat(listed.get(0).toString())
        .isEqualTo(
            "{\"name\":\"style\",\"model\":\"gradient\",\"sha256\":\"%s\",\"rank\":16,\"bytes\":1000,\"workers\":1}"
                .formatted(HASH));
  }

  @Test
  void uriOutsideThePrefix_isRefused_insideItIsQueued() {
    GatewayTestClient.ApiResponse refused = submit("s3://loras/other/style.safetensors");
    assertThat(refused.status()).isEqualTo(400);
    JsonNode error = refused.json().get("errors").get(0);
    assertThat(error.toString())
        .contains("adapters[0].uri")
        .contains("under one of s3://loras/team/");
    assertThat(submit("s3://loras/team/style.safetensors").status()).isEqualTo(202);
  }

  private GatewayTestClient.ApiResponse submit(String uri) {
    return client.post(
        "/v1/jobs",
        "{\"id\":\"%s\",\"prompt\":\"p\",\"adapters\":[{\"uri\":\"%s\",\"sha256\":\"%s\"}]}"
            .formatted(id, uri, HASH));
  }
}
