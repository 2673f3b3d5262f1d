package dev.sanaq.sana.denoise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.Fixtures.Tensor;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The noise of a seed equals torch's, bit for bit. */
class NoiseParityTest {
  private final Map<String, Tensor> answers = Fixtures.tensors("noise.safetensors");

  @Test
  void normal_seed_equalsReference() {
    assertThat(answers).hasSizeGreaterThanOrEqualTo(4);
    answers.forEach(
        (name, expected) ->
            assertThat(normal(seed(name), expected.shape()))
                .as(name)
                .containsExactly(expected.floats()));
  }

  @Test
  void normal_concurrentThreads_equalSequential() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<float[]>> samplers = new ArrayList<>();
      List<float[]> expected = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        answers.forEach(
            (name, tensor) -> {
              samplers.add(() -> normal(seed(name), tensor.shape()));
              expected.add(tensor.floats());
            });
      }
      List<Future<float[]>> samples = threads.invokeAll(samplers);
      for (int i = 0; i < samples.size(); i++) {
        assertThat(samples.get(i).get()).containsExactly(expected.get(i));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static long seed(String name) {
    return Long.parseLong(name.substring("seed".length(), name.indexOf('.')));
  }

  private static float[] normal(long seed, long[] shape) {
    try (ScriptValue value = Torch.normal(seed, 1, shape).get(0)) {
      return value.toFloats();
    }
  }
}
