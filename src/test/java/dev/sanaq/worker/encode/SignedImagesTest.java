package dev.sanaq.worker.encode;

import static dev.sanaq.testing.KafkaS3Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.job.Sha256;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.c2pa.C2paReader;
import dev.sanaq.testing.c2pa.SigningFiles;
import dev.sanaq.worker.WorkerHarness;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images that a worker signs, also those of a job that runs a second time. */
class SignedImagesTest {
  @RegisterExtension static final WorkerHarness harness = new WorkerHarness();

  private static KafkaS3Client client;

  @BeforeAll
  static void start() {
    client = harness.client();
    harness.startWorker(
        new GradientImageGenerator(),
        Map.of(
            "sanaq.provenance.c2pa.certificate", SigningFiles.path("es256.pem").toString(),
            "sanaq.provenance.c2pa.private-key", SigningFiles.path("es256.key").toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg", "webp"})
  void image_isSigned(String format) throws Exception {
    client.send(
        "{\"id\":\"signed-%s\",\"prompt\":\"p\",\"count\":2,\"format\":\"%s\"}"
            .formatted(format, format));
    JsonNode event = json(client.awaitEvent("signed-%s/completed".formatted(format)));
    assertThat(event.get("images")).hasSize(2);
    for (JsonNode image : event.get("images")) {
      byte[] file = object(image);
      assertThat(Sha256.hex(file)).isEqualTo(image.get("sha256").asText());
      C2paReader reader = C2paReader.of(file);
      assertThat(reader.problems(SigningFiles.root())).isEmpty();
      assertThat(reader.firstAction().get("softwareAgent")).isEqualTo(Map.of("name", "gradient"));
    }
  }

  /** A worker that dies after it stored the image leaves a file that no other can make again. */
  @Test
  void jobThatRunsAgain_keepsTheImageThatIsStored() throws Exception {
    String request = "{\"id\":\"again\",\"prompt\":\"p\",\"seed\":7}";
    client.send(request);
    JsonNode first = json(client.awaitEvent("again/completed")).get("images").get(0);
    byte[] stored = object(first);
    client
        .s3()
        .deleteObject(
            delete -> delete.bucket(harness.services().bucket()).key("again/result.json"));
    client.send(request);
    List<ConsumerRecord<byte[], byte[]>> events =
        client.await(records -> completed(records).size() == 2);
    JsonNode second = json(completed(events).get(1)).get("images").get(0);
    assertThat(object(second)).isEqualTo(stored);
    for (String field : List.of("key", "sha256", "bytes")) {
      assertThat(second.get(field)).isEqualTo(first.get(field));
    }
    assertThat(C2paReader.of(stored).problems(SigningFiles.root())).isEmpty();
    assertThat(client.events("dev.sanaq.job.failed.v1")).isEmpty();
  }

  private static List<ConsumerRecord<byte[], byte[]>> completed(
      List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream()
        .filter(record -> KafkaS3Client.header(record, "ce_id").equals("again/completed"))
        .toList();
  }

  private static byte[] object(JsonNode image) {
    return client
        .s3()
        .getObjectAsBytes(
            get -> get.bucket(image.get("bucket").asText()).key(image.get("key").asText()))
        .asByteArray();
  }
}
