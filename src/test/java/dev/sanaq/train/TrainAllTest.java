package dev.sanaq.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.cli.train.TrainAllCommand;
import dev.sanaq.cli.train.TrainEvaluateCommand;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.train.eval.SmallInception;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** One command from images to a checkpoint and its figures, stopped on the way. */
class TrainAllTest {
  @TempDir private Path folder = Path.of("");

  private String out = "";
  private String err = "";

  @Test
  void rerun_skipsFinishedStages_resumesStopped() throws IOException {
    Path output = folder.resolve("made");
    prepareData();
    Files.createDirectories(output);
    Path inTheWay = Files.createFile(output.resolve("transformer"));
    assertThat(trainAll(output, "6")).as("nothing can be written to transformer").isEqualTo(1);
    assertThat(err).contains("train tokenizer", "train autoencoder", "train transformer");
    assertThat(output.resolve("transformer.done")).doesNotExist();

    Files.delete(inTheWay);
    assertThat(trainAll(output, "6")).as(err).isZero();
    assertThat(err).doesNotContain("train autoencoder").contains("train transformer");
    Path checkpoint = output.resolve("transformer/checkpoint");
    assertThat(Checkpoint.open(checkpoint).defaultSize()).isEqualTo(32);
    assertThat(output.resolve("transformer/samples-0000009.png")).isRegularFile();
    String figures = Files.readString(output.resolve("figures.jsonl"));
    assertThat(figures).contains("\"reconstruction\"", "\"flow\"", "\"retrieval\"");

    Files.delete(output.resolve("transformer.done"));
    assertThat(trainAll(output, "6")).as(err).isZero();
    assertThat(err).contains("resuming after step 9");
    assertThat(out).contains(figures);

    assertThat(trainAll(output, "7")).isEqualTo(1);
    assertThat(err).contains("figures.done", "other options");
    assertClipScoresPrinted(checkpoint);
  }

  /** On the checkpoint that is there, of words that the CLIP's tokenizer knows. */
  private void assertClipScoresPrinted(Path checkpoint) throws IOException {
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
      "--clip", Fixtures.path("clip").toString(),
      "--inception", SmallInception.write(folder).toString(),
      "--best-of", "1,2",
      "--draft-steps", "2",
      "--steps", "3",
      "--table", folder.resolve("table.md").toString(),
      "--table-batch", "2"
    };
    assertThat(run(new TrainEvaluateCommand(), arguments)).as(err).isZero();
    assertThat(out.lines()).hasSize(3).allMatch(line -> line.contains("\"clipScore\":"));
    assertThat(out.lines().skip(2)).allMatch(line -> line.contains("\"draftSteps\":2"));
    Matcher fid = Pattern.compile("\"fid\":([0-9.]+)").matcher(out);
    assertThat(fid.find()).as(out).isTrue();
    String row = Files.readAllLines(folder.resolve("table.md")).get(2);
    assertThat(row)
        .matches(
            "\\| checkpoint \\| [0-9.]+ \\| [0-9.]+ \\| 0\\.[0-9]+ \\| [0-9.]+ \\| [0-9.]+ \\| \\| \\|");
    double written = Double.parseDouble(row.split("\\|")[5].strip());
    assertThat(written).isCloseTo(Double.parseDouble(fid.group(1)), withinPercentage(1));
  }

  private void prepareData() throws IOException {
    Path list = TinyTraining.create(folder).data();
    for (String name : new String[] {"transformer", "autoencoder", "held-out"}) {
      Files.copy(list, folder.resolve(name + ".jsonl"));
    }
  }

  private int trainAll(Path output, String limit) {
    return run(
        new TrainAllCommand(),
        "--output",
        output.toString(),
        "--data",
        folder.toString(),
        "--config",
        TinyTraining.configFile().toString(),
        "--limit",
        limit);
  }

  private int run(Object command, String... arguments) {
    StringWriter said = new StringWriter();
    StringWriter errors = new StringWriter();
    int code =
        new CommandLine(command)
            .setOut(new PrintWriter(said))
            .setErr(new PrintWriter(errors))
            .execute(arguments);
    out = said.toString();
    err = errors.toString();
    return code;
  }
}
