package dev.sanaq.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images that say nothing of how they were made. */
class PlainImagesTest {
  @RegisterExtension static final WorkerHarness harness = new WorkerHarness();

  @BeforeAll
  static void start() {
    harness.startWorker(
        new GradientImageGenerator(),
        Map.of("sanaq.worker.embed-metadata", "false", "sanaq.worker.embed-provenance", "false"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg", "webp"})
  void image_withBothSettingsOff_hasNoTexts(String format) {
    KafkaS3Client client = harness.client();
    client.send(
        "{\"id\":\"plain-%s\",\"prompt\":\"p\",\"format\":\"%s\"}".formatted(format, format));
    JsonNode event = KafkaS3Client.json(client.awaitEvent("plain-%s/completed".formatted(format)));
    String key = event.get("images").get(0).get("key").asText();
    byte[] file =
        client
            .s3()
            .getObjectAsBytes(get -> get.bucket(harness.services().bucket()).key(key))
            .asByteArray();
    assertThat(new String(file, StandardCharsets.ISO_8859_1))
        .doesNotContain("xpacket", "VP8X", "tEXt", "iTXt");
  }
}
