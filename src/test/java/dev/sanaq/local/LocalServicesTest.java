package dev.sanaq.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.testing.KafkaS3Client;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;

class LocalServicesTest {
  @Test
  void restart_sameFolder_keepsData(@TempDir Path folder) {
    try (LocalServices first = LocalServices.start(folder);
        KafkaS3Client client = new KafkaS3Client(first.config())) {
      assertThat(client.send("{}")).isZero();
      client
          .s3()
          .putObject(put -> put.bucket("sanaq").key("a/b.txt"), RequestBody.fromString("kept"));
    }
    try (LocalServices second = LocalServices.start(folder);
        KafkaS3Client client = new KafkaS3Client(second.config())) {
      assertThat(client.send("{}")).isEqualTo(1);
      assertThat(
              new String(
                  client.objects("sanaq").getOrDefault("a/b.txt", new byte[0]),
                  StandardCharsets.UTF_8))
          .isEqualTo("kept");
    }
    assertThat(folder).isNotEmptyDirectory();
  }

  @Test
  void close_temporaryServices_deletesData() {
    LocalServices services = LocalServices.startTemporary();
    Path folder = services.folder();
    assertThat(folder).isNotEmptyDirectory();
    services.close();
    assertThat(folder).doesNotExist();
  }

  @Test
  void start_s3Alone_listensOnConfiguredPort(@TempDir Path folder) throws Exception {
    int port = FreePort.find();
    try (LocalServices first = LocalServices.start(folder, s3At(port))) {
      assertThat(first.config())
          .containsEntry("sanaq.storage.endpoint", "http://127.0.0.1:" + port)
          .containsOnlyKeys(LocalServices.configKeys(s3At(port)));
    }
    assertThat(folder.resolve("kafka")).doesNotExist();
    try (LocalServices again = LocalServices.start(folder, s3At(port))) {
      assertThat(again.config())
          .containsEntry("sanaq.storage.endpoint", "http://127.0.0.1:" + port);
    }
  }

  @Test
  void start_furtherTopics_areCreatedBesideTheConfiguredOnes() throws Exception {
    LocalServicesConfig plan =
        new LocalServicesConfig(Set.of(LocalServiceKind.KAFKA), 0, 0, List.of("more"));
    try (LocalServices services = LocalServices.startTemporary(plan);
        Admin admin =
            Admin.create(
                Map.of(
                    "bootstrap.servers",
                    services.config().getOrDefault("kafka.bootstrap.servers", "")))) {
      assertThat(admin.listTopics().names().get()).contains("more", "sanaq.requests");
    }
  }

  @Test
  void start_portInUse_failsNamingThePort(@TempDir Path folder) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> LocalServices.start(folder, s3At(taken.getLocalPort())))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(String.valueOf(taken.getLocalPort()));
    }
  }

  @Test
  void start_folderIsAFile_failsNamingTheFile(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThatThrownBy(() -> LocalServices.start(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(file.toString());
  }

  private static LocalServicesConfig s3At(int port) {
    return new LocalServicesConfig(Set.of(LocalServiceKind.S3), 0, port);
  }
}
