package dev.sanaq.nativeimage;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import java.util.Optional;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.telemetry.internals.ClientTelemetryReporter;

/**
 * Kafka's clients send their own metrics to brokers that ask for them (KIP-714), with protobuf and
 * OpenTelemetry's messages. The executable does not contain that, as if {@code enable.metrics.push}
 * were false.
 */
@TargetClass(CommonClientConfigs.class)
final class CommonClientConfigsSubstitution {
  private CommonClientConfigsSubstitution() {}

  @Substitute
  public static Optional<ClientTelemetryReporter> telemetryReporter(
      String clientId, AbstractConfig config) {
    return Optional.empty();
  }
}
