package dev.sanaq.nativeimage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.local.LocalServiceKind;
import dev.sanaq.local.LocalServices;
import dev.sanaq.local.LocalServicesConfig;
import dev.sanaq.local.SecureKafkaBroker;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The native executable with a Kafka that wants TLS and a password. */
class NativeSecureKafkaIT {
  @Test
  void job_throughTlsAndSasl_isCompleted(@TempDir Path folder) {
    NativeExecutable executable = NativeExecutable.find();
    LocalServicesConfig onlyS3 = new LocalServicesConfig(Set.of(LocalServiceKind.S3), 0, 0);
    try (SecureKafkaBroker kafka = new SecureKafkaBroker(folder);
        LocalServices s3 = LocalServices.startTemporary(onlyS3)) {
      Map<String, String> config = new TreeMap<>(s3.config());
      config.putAll(kafka.config());
      try (NativeService service = new NativeService(executable, "native-secure-kafka", config)) {
        NativeService.Instance gateway = service.startGateway(Map.of());
        service.startWorker(Map.of());
        assertThat(
                gateway
                    .http()
                    .post("/v1/jobs", "{\"id\":\"n-secure\",\"prompt\":\"a pear\"}")
                    .status())
            .isEqualTo(202);
        gateway.http().awaitState("n-secure", "completed");
      }
    }
  }
}
