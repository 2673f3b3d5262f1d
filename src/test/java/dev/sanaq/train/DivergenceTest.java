package dev.sanaq.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.safetensors.SafetensorsWriter;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.torch.HostTensor;
import dev.sanaq.train.loop.DivergedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A loss that is NaN ends the run and leaves a report. */
class DivergenceTest {
  @Test
  void nanLoss_stopsRun_savesStateAndBatch(@TempDir Path folder) throws Exception {
    TinyTraining training = TinyTraining.create(folder);
    Path run = folder.resolve("ae");
    training.autoencoder(run, TinyTraining.noProgress());
    Path last = run.resolve("state-0000009.safetensors");
    Map<String, HostTensor> state = new TreeMap<>(TensorIndex.open(last).read());
    HostTensor poisoned = Objects.requireNonNull(state.get("weight.decoder.conv_in.bias"));
    poisoned.values()[0] = Float.NaN;
    Path before = run.resolve("state-0000005.safetensors");
    Files.delete(last);
    SafetensorsWriter.write(before, state, DType.F32);

    assertThatThrownBy(() -> training.autoencoder(run, TinyTraining.noProgress()))
        .isInstanceOf(DivergedException.class)
        .hasMessageContaining("step 6 diverged: loss NaN")
        .hasMessageContaining(run.toString());
    assertThat(Files.readString(run.resolve("diverged.json")))
        .contains("\"step\":6")
        .contains("\"rows\":[");
    assertThat(Files.mismatch(before, folder.resolve("ae/state-0000005.safetensors")))
        .isEqualTo(-1);
    assertThat(run.resolve("state-0000006.safetensors")).doesNotExist();
  }
}
