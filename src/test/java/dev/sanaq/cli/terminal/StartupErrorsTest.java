package dev.sanaq.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.local.LocalServicesUnavailableException;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.testing.TestSettings;
import io.quarkus.runtime.QuarkusBindException;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartupErrorsTest {
  @Test
  void describe_portInUse_namesPortAndSetting() {
    assertThat(
            StartupErrors.describe(
                new RuntimeException(
                    new QuarkusBindException("127.0.0.1", 8080, new BindException("in use")))))
        .contains("127.0.0.1:8080", "another program uses the port", "quarkus.http.port");
  }

  @Test
  void describe_hostOfAnotherMachine_namesHostAndSetting() {
    assertThat(
            StartupErrors.describe(
                new QuarkusBindException("192.0.2.1", 8080, new BindException("cannot assign"))))
        .contains("192.0.2.1", "no network interface", "quarkus.http.host")
        .doesNotContain("another program");
  }

  @Test
  void describe_temporaryFolderReadOnly_namesFolderAndOption() {
    String file = Path.of(System.getProperty("java.io.tmpdir"), "vertx-cache").toString();
    assertThat(
            StartupErrors.describe(
                new IllegalStateException(
                    "Failed to create cache dir",
                    new FileSystemException(file, null, "Read-only file system"))))
        .contains(file, "the file system is read-only", "-Djava.io.tmpdir");
  }

  @Test
  void describe_noLocalServices_isOnlyTheirSentence() {
    LocalServicesUnavailableException failure = new LocalServicesUnavailableException();
    assertThat(StartupErrors.describe(failure)).isEqualTo(failure.getMessage());
  }

  @Test
  void describe_otherFailure_saysInnermostMessageAndType() {
    assertThat(
            StartupErrors.describe(
                new RuntimeException("outer", new IOException("no space left", new IOException()))))
        .contains("no space left", "IOException")
        .doesNotContain("outer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "retry-timeout | soon | sanaq.storage.retry-timeout is \"soon\": ",
        "path-style | '' | sanaq.storage.path-style is empty: set a value or leave it out",
      })
  void describe_invalidSetting_namesItAndItsValue(String key, String value, String expected) {
    assertThatThrownBy(
            () -> TestSettings.mapping(StorageConfig.class, Map.of("sanaq.storage." + key, value)))
        .extracting(StartupErrors::describe)
        .asString()
        .startsWith("invalid configuration: " + expected);
  }

  @Test
  void describe_failureThatCausesItself_ends() {
    IOException first = new IOException("first");
    IOException second = new IOException("second", first);
    first.initCause(second);
    assertThat(StartupErrors.describe(first)).contains("second");
  }
}
