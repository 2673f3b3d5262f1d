package dev.sanaq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.cli.terminal.CliErrors;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Help texts and the errors of invalid command lines, over the whole tree of commands. */
class HelpAndUsageTest {
  private final StringWriter err = new StringWriter();
  private final CommandLine sanaq =
      CliErrors.install(new CommandLine(new SanaqCommand())).setErr(new PrintWriter(err));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "generate                       | sanaq generate            | Missing required options",
        "benchmark --model /no/such     | sanaq benchmark           | no such folder",
        "inspect --model /no/such       | sanaq inspect             | no such folder",
        "submit                         | sanaq submit              | either --prompt or --file",
        "watch --url http://h           | sanaq watch               | needs the ID of a job",
        "cancel                         | sanaq cancel              | 'ID'",
        "dead-letters replay            | sanaq dead-letters replay | PARTITION@OFFSET or --all",
        "webhooks                       | sanaq webhooks            | Missing required subcommand",
        "model pull --from s3://b/p     | sanaq model pull          | '--model=DIR'",
        "model push --model x --to y    | sanaq model push          | --to: ",
        "model preview-fit --model /no  | sanaq model preview-fit   | '--images=DIR'",
        "adapters list                  | sanaq adapters list      | '--model=DIR'",
        "model adapters push x y        | sanaq model adapters push | y: write s3://",
        "local --s3-port none           | sanaq local               | 'none' is not an int",
        "train                          | sanaq train               | Missing required subcommand",
        "train evaluate                 | sanaq train evaluate      | '--model=DIR'",
        "train tokenizer --vocab-size 1 | sanaq train tokenizer     | '--data=LIST'",
        "``                             | sanaq                     | Missing required subcommand"
      })
  void invalidCommandLine_printsOneLineAndWhereTheHelpIs(
      String args, String command, String problem) {
    int code = sanaq.execute(args.isEmpty() ? new String[0] : args.split(" "));

    assertThat(code).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(2);
    assertThat(err.toString())
        .startsWith("error: ")
        .contains(problem)
        .endsWith("See '%s --help'.%n".formatted(command));
  }

  @Test
  void misspeltCommand_printsSuggestion() {
    assertThat(sanaq.execute("sumbit")).isEqualTo(2);
    assertThat(err.toString()).contains("submit").endsWith("See 'sanaq --help'.%n".formatted());
  }

  @Test
  void everyOptionAndParameter_hasDescriptionOfOneStyle() {
    for (CommandSpec command : commands(sanaq)) {
      for (ArgSpec arg : command.args()) {
        assertThat(String.join(" ", arg.description()))
            .as("%s %s", command.qualifiedName(), arg.paramLabel())
            .matches("(?s)\\S.*\\.");
      }
    }
  }

  @Test
  void optionsOfGenerate_haveTheWordsOfSubmit() {
    Map<String, String> submit = descriptions("submit");
    Map<String, String> generate = descriptions("generate");
    assertThat(submit.keySet()).contains("--seed", "--num-images", "--count");
    submit.keySet().retainAll(generate.keySet());
    submit.keySet().remove("--json");
    assertThat(submit).hasSizeGreaterThan(10);
    generate.keySet().retainAll(submit.keySet());
    assertThat(generate).isEqualTo(submit);
  }

  private Map<String, String> descriptions(String command) {
    Map<String, String> descriptions = new TreeMap<>();
    CommandSpec spec = Objects.requireNonNull(sanaq.getSubcommands().get(command)).getCommandSpec();
    for (OptionSpec option : spec.options()) {
      for (String name : option.names()) {
        descriptions.put(
            name,
            String.join(" ", option.description())
                .replace("${DEFAULT-VALUE}", String.valueOf(option.defaultValueString())));
      }
    }
    return descriptions;
  }

  private static List<CommandSpec> commands(CommandLine line) {
    List<CommandSpec> found = new ArrayList<>(List.of(line.getCommandSpec()));
    line.getSubcommands().values().forEach(child -> found.addAll(commands(child)));
    return found;
  }
}
