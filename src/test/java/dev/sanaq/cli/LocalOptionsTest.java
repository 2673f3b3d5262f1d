package dev.sanaq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.local.LocalPart;
import dev.sanaq.local.LocalPlan;
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
  void everythingOnFreePortsWhereNothingIsSaid() {
    assertThat(plan()).isEqualTo(LocalPlan.everything());
  }

  @Test
  void oneServiceByItsName() {
    assertThat(plan("--only", "kafka", "--kafka-port", "19092"))
        .isEqualTo(new LocalPlan(Set.of(LocalPart.KAFKA), 19092, 0));
    assertThat(plan("--only", "s3", "--s3-port", "9000"))
        .isEqualTo(new LocalPlan(Set.of(LocalPart.S3), 0, 9000));
  }

  @Test
  void aPortThatIsNoneIsWrongUse() {
    assertThatThrownBy(() -> plan("--s3-port", "70000"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("70000");
  }

  private static LocalPlan plan(String... args) {
    Arguments arguments = new Arguments();
    new CommandLine(arguments).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(args);
    return arguments.options.plan();
  }
}
