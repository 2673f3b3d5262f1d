package dev.sanaq.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.local.LocalServiceKind;
import dev.sanaq.local.LocalServicesConfig;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

class LocalOptionsTest {
  @Command
  private static final class Arguments {
    @Mixin private LocalOptions options;
  }

  @Test
  void defaults_startAllOnFreePorts() {
    assertThat(config()).isEqualTo(LocalServicesConfig.all());
  }

  @Test
  void only_startsNamedService() {
    assertThat(config("--only", "kafka", "--kafka-port", "19092"))
        .isEqualTo(new LocalServicesConfig(Set.of(LocalServiceKind.KAFKA), 19092, 0));
    assertThat(config("--only", "s3", "--s3-port", "9000"))
        .isEqualTo(new LocalServicesConfig(Set.of(LocalServiceKind.S3), 0, 9000));
  }

  @Test
  void topics_areCreatedBesideTheConfiguredOnes() {
    assertThat(config("--topic", "a", "--topic", "b").topics()).containsExactly("a", "b");
  }

  @Test
  void invalidPort_isUsageError() {
    assertThatThrownBy(() -> config("--s3-port", "70000"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("70000");
  }

  private static LocalServicesConfig config(String... args) {
    Arguments arguments = new Arguments();
    new CommandLine(arguments).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(args);
    return arguments.options.config();
  }
}
