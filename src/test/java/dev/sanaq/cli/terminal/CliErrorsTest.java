package dev.sanaq.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchRuntimeException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.Test;

class CliErrorsTest {
  @Test
  void fileException_isDescribedWithFileAndReason() {
    assertThat(CliErrors.describe(new NoSuchFileException("a/b")))
        .isEqualTo("a/b: no such file or folder");
    assertThat(CliErrors.describe(new AccessDeniedException("a/b")))
        .isEqualTo("a/b: no permission");
  }

  @Test
  void uncheckedFileException_keepsItsMessageAndAddsTheReason() {
    IOException cause = new AccessDeniedException("a/b");
    assertThat(CliErrors.describe(new UncheckedIOException(cause))).isEqualTo("a/b: no permission");
    assertThat(CliErrors.describe(new UncheckedIOException("cannot list a", cause)))
        .isEqualTo("cannot list a: a/b: no permission");
    assertThat(CliErrors.describe(new UncheckedIOException("a is unusable: no permission", cause)))
        .isEqualTo("a is unusable: no permission");
  }

  /** As of a pod that may not read the files of its secret. */
  @Test
  void kafkaException_isDescribedWithItsCauses() {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers", "127.0.0.1:1",
            "security.protocol", "SSL",
            "ssl.keystore.type", "PKCS12",
            "ssl.keystore.location", "/no/such/user.p12",
            "ssl.keystore.password", "any");
    Serializer<byte[]> bytes = new ByteArraySerializer();
    RuntimeException failure =
        catchRuntimeException(() -> new KafkaProducer<>(config, bytes, bytes).close());
    String description = CliErrors.describe(failure);
    assertThat(description)
        .startsWith("Failed to construct kafka producer: ")
        .endsWith("keystore /no/such/user.p12 of type PKCS12: no such file or folder");
    assertThat(StartupErrors.describe(new IllegalStateException("no bean", failure)))
        .isEqualTo("the program could not start: " + description);
  }

  @Test
  void ownException_isDescribedWithoutItsCause() {
    IllegalStateException cause = new IllegalStateException("a detail");
    assertThat(CliErrors.describe(new IllegalArgumentException("the size is odd", cause)))
        .isEqualTo("the size is odd");
  }

  @Test
  void exceptionThatCausesItself_isDescribedOnce() {
    KafkaException first = new KafkaException("first");
    KafkaException second = new KafkaException("second", first);
    first.initCause(second);
    assertThat(CliErrors.describe(first)).isEqualTo("first: second");
  }

  @Test
  void libraryException_isDescribedAsADefect() {
    RuntimeException bounds = catchRuntimeException(() -> List.of(1).get(2));
    assertThat(CliErrors.describe(bounds))
        .startsWith("a defect of sanaq: java.lang.IndexOutOfBoundsException")
        .endsWith("; please report it with the output of --verbose");
    assertThat(CliErrors.describe(new IllegalStateException())).startsWith("a defect of sanaq: ");
    assertThat(CliErrors.describe(new IllegalStateException("too small"))).isEqualTo("too small");
  }
}
