package dev.sanaq.kafka;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.cli.terminal.StartupErrors;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KafkaClientFactoryTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bootstrap.servers | no.such.host.invalid:9092 | bootstrap",
        "security.protocol | NONSENSE | security.protocol",
        "ssl.truststore.location | /nonexistent.jks | /nonexistent.jks",
      })
  void check_settingThatNoClientAccepts_isRefusedByName(String key, String value, String named) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", "127.0.0.1:1");
    settings.put("security.protocol", "SSL");
    settings.put(key, value);
    assertThatThrownBy(() -> new KafkaClientFactory(settings).check())
        .isInstanceOf(KafkaException.class)
        .extracting(StartupErrors::describe)
        .asString()
        .contains(named);
  }

  @Test
  void check_noBrokers_saysWhatToSet() {
    assertThatThrownBy(() -> new KafkaClientFactory(Map.of()).check())
        .hasMessage("no Kafka: set kafka.bootstrap.servers");
  }

  @Test
  void check_brokerThatIsAway_isNoProblem() {
    assertThatCode(() -> new KafkaClientFactory(Map.of("bootstrap.servers", "127.0.0.1:1")).check())
        .doesNotThrowAnyException();
  }
}
