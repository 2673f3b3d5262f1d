package dev.sanaq.checkpoint.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.CheckpointFixtures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in the place of a checkpoint's file is named: a pointer, a page, a pickle, a part. */
class ForeignFileTest {
  private static final String WEIGHTS = "transformer/diffusion_pytorch_model.safetensors";

  private final Path folder;

  ForeignFileTest(@TempDir Path temp) {
    folder = CheckpointFixtures.copy("tiny-sana", temp.resolve("c"));
  }

  @ParameterizedTest
  @CsvSource({
    "'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', a git-lfs pointer instead of the file: run git lfs pull",
    "'<!DOCTYPE html>\n<html>', a web page instead of the file: download the file itself",
    "'\n <html lang=\"en\">', a web page instead of the file: download the file itself",
    "'<?xml version=\"1.0\"?><Error/>', 'an XML document, such as a storage''s error: download the file again'",
    "'PK\u0003\u0004archive', 'a zip archive, as torch.save writes: convert it to safetensors, or unpack it'",
    "'\u0080\u0002}q', 'a Python pickle, as torch.save writes: convert it to safetensors'",
    "'\u001f\u008b\u0008', a gzip file: unpack it",
    "'\u0089HDF\r\n', an HDF5 file: convert it to safetensors",
    "'GGUF\u0003', a GGUF file: use the safetensors files of the model",
    "'', an empty file"
  })
  void open_foreignFile_isNamed(String content, String found) throws IOException {
    byte[] bytes =
        Arrays.copyOf(
            content.getBytes(StandardCharsets.ISO_8859_1),
            content.isEmpty() ? 0 : Math.max(content.length(), 40));
    for (String name :
        new String[] {
          WEIGHTS,
          "vae/config.json",
          "model_index.json",
          "scheduler/scheduler_config.json",
          "tokenizer/tokenizer.json"
        }) {
      Path file = folder.resolve(name);
      byte[] valid = Files.readAllBytes(file);
      Files.write(file, bytes);
      CheckpointException e = openExpectingError();
      assertThat(e.file()).isEqualTo(file.toString());
      assertThat(e.found()).isEqualTo(found);
      Files.write(file, valid);
    }
  }

  @Test
  void open_zeroBytes_areNamed() throws IOException {
    Files.write(folder.resolve(WEIGHTS), new byte[4096]);
    assertThat(openExpectingError().found())
        .isEqualTo("zero bytes, as an interrupted download leaves: download the file again");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 500})
  void open_truncatedWeights_areNamed(int missing) throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve(WEIGHTS));
    Files.write(folder.resolve(WEIGHTS), Arrays.copyOf(bytes, bytes.length - missing));
    CheckpointException e = openExpectingError();
    assertThat(e.problems()).hasSize(1);
    assertThat(e.file()).isEqualTo(folder.resolve(WEIGHTS).toString());
    assertThat(e.expected()).endsWith(" bytes of data, as the header says");
    assertThat(e.found()).endsWith(" bytes: the file is truncated");
  }

  @Test
  void open_truncatedHeader_isNamed() throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve(WEIGHTS));
    Files.write(folder.resolve(WEIGHTS), Arrays.copyOf(bytes, 100));
    CheckpointException e = openExpectingError();
    assertThat(e.found()).isEqualTo("92 bytes after its length: the file is truncated");
  }

  @Test
  void open_truncatedJson_isNamed() throws IOException {
    Path file = folder.resolve("transformer/config.json");
    String text = Files.readString(file);
    Files.writeString(file, text.substring(0, text.length() / 2));
    assertThat(openExpectingError().found()).startsWith("a text that ends too early (line ");
  }

  @Test
  void open_folderInsteadOfFile_isNamed() throws IOException {
    for (String name : new String[] {"vae/config.json", "tokenizer/tokenizer.json", WEIGHTS}) {
      Path file = folder.resolve(name);
      byte[] valid = Files.readAllBytes(file);
      Files.delete(file);
      Files.createDirectory(file);
      assertThat(openExpectingError().found()).isEqualTo("a folder");
      Files.delete(file);
      Files.write(file, valid);
    }
  }

  private CheckpointException openExpectingError() {
    return catchThrowableOfType(CheckpointException.class, () -> Checkpoint.open(folder));
  }
}
