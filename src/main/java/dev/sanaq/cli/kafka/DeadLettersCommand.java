package dev.sanaq.cli.kafka;

import dev.sanaq.cli.terminal.TextTable;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.deadletter.DeadLetter;
import dev.sanaq.kafka.deadletter.DeadLetterTopic;
import jakarta.inject.Inject;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Records that could not be read: looked at, and put back once the cause is mended. */
@Command(
    name = "dead-letters",
    mixinStandardHelpOptions = true,
    description = "Records that could not be read: lists them, or puts them back.")
public final class DeadLettersCommand {
  private static final int MAX_REASON_LENGTH = 80;

  @Inject public KafkaClientFactory kafka;
  @Inject public TopicsConfig topics;

  @Spec private CommandSpec spec;

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Where each came from, and why it is one.")
  int list(@Option(names = "--json", description = "One JSON object a line.") boolean json) {
    PrintWriter out = spec.commandLine().getOut();
    List<DeadLetter> letters = deadLetterTopic().read();
    if (json) {
      letters.forEach(
          letter -> out.println(new String(Json.write(letter.toMap()), StandardCharsets.UTF_8)));
    } else {
      TextTable.format(
              Ansi.AUTO,
              List.of("position", "time", "from", "bytes", "reason"),
              letters.stream().map(DeadLettersCommand::row).toList())
          .forEach(out::println);
    }
    out.flush();
    return ExitCode.OK;
  }

  @Command(
      name = "replay",
      mixinStandardHelpOptions = true,
      description =
          "Sends them again to the topic that they came from, as they came. They stay in the list.",
      exitCodeListHeading = "Exit codes:%n",
      exitCodeList = {"0:sent", "1:some could not be", "2:used wrongly"})
  int replay(
      @Parameters(arity = "0..*", paramLabel = "PLACE", description = "Which, as list shows them.")
          Set<String> places,
      @Option(names = "--all", description = "All of them.") boolean all) {
    Set<String> wanted = places == null ? Set.of() : places;
    if (all == !wanted.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "name places, or give --all");
    }
    List<DeadLetter> chosen =
        deadLetterTopic().read().stream()
            .filter(letter -> all || wanted.contains(letter.position()))
            .toList();
    rejectUnknown(wanted, chosen);
    List<DeadLetter> whole = chosen.stream().filter(DeadLetter::isComplete).toList();
    deadLetterTopic().replay(whole);
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%d sent%n", whole.size());
    out.flush();
    chosen.stream()
        .filter(letter -> !letter.isComplete())
        .forEach(
            letter ->
                spec.commandLine()
                    .getErr()
                    .printf("%s is not sent: it was cut, or has no source%n", letter.position()));
    return whole.size() == chosen.size() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private void rejectUnknown(Set<String> wanted, List<DeadLetter> chosen) {
    Set<String> unknown = new TreeSet<>(wanted);
    unknown.removeAll(chosen.stream().map(DeadLetter::position).collect(Collectors.toSet()));
    if (!unknown.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "there is no dead letter " + unknown);
    }
  }

  private DeadLetterTopic deadLetterTopic() {
    return new DeadLetterTopic(kafka, topics.deadLetters());
  }

  private static List<String> row(DeadLetter letter) {
    String reason = letter.reason();
    return List.of(
        letter.position(),
        letter.time().toString(),
        letter.source(),
        String.valueOf(letter.bytes()),
        reason.length() <= MAX_REASON_LENGTH
            ? reason
            : reason.substring(0, MAX_REASON_LENGTH) + "...");
  }
}
