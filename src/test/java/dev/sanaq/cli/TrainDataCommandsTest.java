package dev.sanaq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.sanaq.cli.train.TrainEmojiCommand;
import dev.sanaq.cli.train.TrainTokenizerCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TrainDataCommandsTest {
  private static final String LIST =
      """
      {"image": "a.png", "captions": [{"text": "a Red apple"}, {"text": "red apple"}]}
      {"image": "b.png", "captions": [{"text": "a red heart"}]}
      """;

  @TempDir private Path folder = Path.of("");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void tokenizer_isTrainedOnCaptionsAndInstruction() throws IOException {
    Path list = Files.writeString(folder.resolve("list.jsonl"), LIST);
    Path output = folder.resolve("made/tokenizer");
    int code = tokenizer("--data", list.toString(), "--output", output.toString());
    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    assertThat(out.toString()).matches("\\Q" + output + "\\E: \\d+ ids\\R");
    try (HuggingFaceTokenizer trained =
        HuggingFaceTokenizer.newInstance(output.resolve("tokenizer.json"))) {
      assertThat(trained.encode("a red").getTokens()).containsExactly("<bos>", "a", "\u2581red");
      assertThat(trained.encode("a prompt").getTokens())
          .as("a word of the instruction")
          .containsExactly("<bos>", "a", "\u2581prompt");
    }
  }

  @Test
  void tokenizer_noPromptInstruction_omitsInstruction() throws IOException {
    Path list = Files.writeString(folder.resolve("list.jsonl"), LIST);
    Path output = folder.resolve("tokenizer");
    tokenizer("--data", list.toString(), "--no-prompt-instruction", "--output", output.toString());
    assertThat(output.resolve("tokenizer.json")).content().doesNotContain("prompt\"");
  }

  @Test
  void unreadableList_isOneLineOnStderr() {
    String gone = folder.resolve("gone.jsonl").toString();
    assertThat(tokenizer("--data", gone, "--output", folder.toString())).isEqualTo(1);
    assertThat(err.toString()).startsWith("error: " + gone + " cannot be read").hasLineCount(1);
  }

  @Test
  void emoji_archiveChecksumMismatch_isRejected() throws IOException {
    Path other = Files.writeString(folder.resolve("other.tgz"), "other");
    int code =
        run(
            new TrainEmojiCommand(),
            "--images",
            other.toString(),
            "--names",
            other.toString(),
            "--output",
            folder.resolve("emoji").toString());
    assertThat(code).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("error: " + other + " is not the archive of emojibase-data@17.0.0");
    assertThat(folder.resolve("emoji")).doesNotExist();
  }

  private int tokenizer(String... arguments) {
    return run(new TrainTokenizerCommand(), arguments);
  }

  private int run(Object command, String... arguments) {
    return new CommandLine(command)
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }
}
