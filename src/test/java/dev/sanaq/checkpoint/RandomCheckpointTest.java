package dev.sanaq.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.read.PipelineClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RandomCheckpointTest {
  @Test
  void write_randomCheckpoint_opensWithItsSpec(@TempDir Path temp) {
    Path folder = temp.resolve("models/random");
    RandomCheckpoint.write(folder, 7);

    Checkpoint checkpoint = Checkpoint.open(folder);

    assertThat(checkpoint.pipelineClass()).isEqualTo(PipelineClass.SANA);
    assertThat(checkpoint.defaultSize()).isEqualTo(512);
    assertThat(checkpoint.transformer()).isEqualTo(RandomCheckpointSpec.demo().transformer());
    assertThat(checkpoint.autoencoder()).isEqualTo(RandomCheckpointSpec.demo().autoencoder());
    assertThat(checkpoint.textEncoder()).isEqualTo(RandomCheckpointSpec.demo().textEncoder());
    assertThat(checkpoint.scheduler()).isEqualTo(RandomCheckpointSpec.demo().scheduler());
  }

  @Test
  void write_otherOptions_roundTrip(@TempDir Path temp) {
    Checkpoint like = Checkpoint.open(CheckpointFixtures.checkpoint("tiny-sana-sprint"));
    RandomCheckpointSpec spec =
        new RandomCheckpointSpec(
            like.transformer(), like.autoencoder(), like.textEncoder(), like.scheduler());
    RandomCheckpoint.write(temp.resolve("sprint"), spec, 1);

    Checkpoint checkpoint = Checkpoint.open(temp.resolve("sprint"));

    assertThat(checkpoint.pipelineClass()).isEqualTo(PipelineClass.SANA_SPRINT);
    assertThat(checkpoint.transformer()).isEqualTo(like.transformer());
    assertThat(checkpoint.autoencoder()).isEqualTo(like.autoencoder());
    assertThat(checkpoint.textEncoder()).isEqualTo(like.textEncoder());
    assertThat(checkpoint.scheduler()).isEqualTo(like.scheduler());
  }

  @Test
  void write_sameSeed_sameBytes(@TempDir Path temp) throws IOException {
    RandomCheckpoint.write(temp.resolve("a"), 3);
    RandomCheckpoint.write(temp.resolve("b"), 3);
    RandomCheckpoint.write(temp.resolve("c"), 4);

    assertThat(contents(temp.resolve("a"))).isEqualTo(contents(temp.resolve("b")));
    assertThat(contents(temp.resolve("a"))).isNotEqualTo(contents(temp.resolve("c")));
  }

  @Test
  void write_existingFolder_throwsAndLeavesNothing(@TempDir Path temp) throws IOException {
    Path folder = Files.createDirectory(temp.resolve("mine"));

    assertThatThrownBy(() -> RandomCheckpoint.write(folder, 1))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(folder.toString());

    try (Stream<Path> files = Files.list(temp)) {
      assertThat(files).containsExactly(folder);
    }
  }

  @Test
  void tokenizerFile_readByHuggingFace_encodes(@TempDir Path temp) throws IOException {
    RandomCheckpoint.write(temp.resolve("random"), 7);
    Path file = Checkpoint.open(temp.resolve("random")).tokenizerFile();

    try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(file)) {
      Encoding english = tokenizer.encode("the red fox and\na photo");
      Encoding other = tokenizer.encode("ñ 🦊");

      assertThat(english.getTokens())
          .startsWith("<bos>", "the", "\u2581", "re", "d")
          .contains("\n", "\u2581and");
      assertThat(english.getIds()[0]).isEqualTo(2);
      assertThat(other.getTokens())
          .containsExactly(
              "<bos>", "<0xC3>", "<0xB1>", "\u2581", "<0xF0>", "<0x9F>", "<0xA6>", "<0x8A>");
      assertThat(tokenizer.decode(other.getIds(), true)).isEqualTo("ñ 🦊");
    }
  }

  private static Map<String, String> contents(Path folder) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder).filter(Files::isRegularFile)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        contents.put(
            folder.relativize(file).toString(),
            Integer.toHexString(Arrays.hashCode(Files.readAllBytes(file))));
      }
    }
    return contents;
  }
}
