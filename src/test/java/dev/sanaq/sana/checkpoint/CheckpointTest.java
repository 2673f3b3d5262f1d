package dev.sanaq.sana.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CheckpointTest {
  static Stream<String> names() {
    return Fixtures.NAMES.stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyTensorOfAPublishedLayoutIsAccountedFor(String name) {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.checkpoint(name));

    assertThat(checkpoint.transformerTensors().names())
        .hasSameElementsAs(TransformerTensors.of(checkpoint.transformer()).shapes().keySet());
    assertThat(checkpoint.transformerTensors().elements()).isPositive();
  }
}
