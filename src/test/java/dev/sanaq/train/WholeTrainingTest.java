package dev.sanaq.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.cli.TrainAllCommand;
import dev.sanaq.cli.TrainEvaluateCommand;
import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.testing.Fixtures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** One command from pictures to a checkpoint and its figures, stopped on the way. */
class WholeTrainingTest {
  @TempDir private Path folder = Path.of("");

  private String out = "";
  private String err = "";

  @Test
  void whatIsDoneIsNotDoneAgainAndWhatWasStoppedGoesOn() throws IOException {
    Path output = folder.resolve("made");
    prepareData();
    Files.createDirectories(output);
    Path inTheWay = Files.createFile(output.resolve("transformer"));
    assertThat(all(output, "6")).as("nothing can be written to transformer").isEqualTo(1);
    assertThat(err).contains("train tokenizer", "train autoencoder", "train transformer");
    assertThat(output.resolve("transformer.done")).doesNotExist();

    Files.delete(inTheWay);
    assertThat(all(output, "6")).as(err).isZero();
    assertThat(err).doesNotContain("train autoencoder").contains("train transformer");
    Path checkpoint = output.resolve("transformer/checkpoint");
    assertThat(Checkpoint.open(checkpoint).defaultSize()).isEqualTo(32);
    assertThat(output.resolve("transformer/samples-0000009.png")).isRegularFile();
    String figures = Files.readString(output.resolve("figures.jsonl"));
    assertThat(figures).contains("\"reconstruction\"", "\"flow\"", "\"retrieval\"");

    Files.delete(output.resolve("transformer.done"));
    assertThat(all(output, "6")).as(err).isZero();
    assertThat(err).contains("going on after step 9");
    assertThat(out).contains(figures);

    assertThat(all(output, "7")).isEqualTo(1);
    assertThat(err).contains("figures.done", "other options");
    clipScores(checkpoint);
  }

  /** On the checkpoint that is there, of words that the CLIP's tokenizer knows. */
  private void clipScores(Path checkpoint) throws IOException {
    Path list = folder.resolve("foxes.jsonl");
    Files.writeString(
        list,
        """
        {"image": "0.png", "captions": [{"text": "a fox"}]}
        {"image": "1.png", "captions": [{"text": "a red apple"}]}
        """);
    String[] arguments = {
      "--model", checkpoint.toString(),
      "--captions", list.toString(),
      "--clip", Fixtures.path("clip").toString()
    };
    assertThat(run(new TrainEvaluateCommand(), arguments)).as(err).isZero();
    assertThat(out).containsPattern("\"clipScore\":\\d+\\.\\d+");
  }

  private void prepareData() throws IOException {
    Path list = TinyTraining.in(folder).data();
    for (String name : new String[] {"transformer", "autoencoder", "held-out"}) {
      Files.copy(list, folder.resolve(name + ".jsonl"));
    }
  }

  private int all(Path output, String limit) {
    return run(
        new TrainAllCommand(),
        "--output",
        output.toString(),
        "--data",
        folder.toString(),
        "--recipe",
        TinyTraining.recipeFile().toString(),
        "--limit",
        limit);
  }

  private int run(Object command, String... arguments) {
    StringWriter said = new StringWriter();
    StringWriter told = new StringWriter();
    int code =
        new CommandLine(command)
            .setOut(new PrintWriter(said))
            .setErr(new PrintWriter(told))
            .execute(arguments);
    out = said.toString();
    err = told.toString();
    return code;
  }
}
