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

/** {@code dead-letters}: lists records that could not be read, and sends them again. */
@Command(
    name = "dead-letters",
    mixinStandardHelpOptions = true,
    description = "Lists records that could not be read, or sends them again.")
public final class DeadLettersCommand {
  private static final int MAX_REASON_LENGTH = 80;

  @Inject public KafkaClientFactory kafka;
  @Inject public TopicsConfig topics;

  @Spec private CommandSpec spec;

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the dead letters: position, time, source, size and reason.")
  int list(
      @Option(names = "--json", description = "Print one JSON object per line.") boolean json) {
    PrintWriter out = spec.commandLine().getOut();
    List<DeadLetter> letters = deadLetterTopic().read();
    if (json) {
      letters.forEach(
          letter -> out.println(new String(Json.write(letter.toMap()), StandardCharsets.UTF_8)));
    } else {
      TextTable.format(
              Ansi.AUTO,
              List.of("position", "time", "source", "bytes", "reason"),
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
          "Sends records unchanged to the topic that they came from. They stay in the list.",
      exitCodeListHeading = "Exit codes:%n",
      exitCodeList = {"0:all sent", "1:some could not be sent", "2:invalid command line"})
  int replay(
      @Parameters(
              arity = "0..*",
              paramLabel = "PARTITION@OFFSET",
              description = "Positions in the dead letters' topic, as list prints them.")
          Set<String> positions,
      @Option(names = "--all", description = "Send all of them.") boolean all) {
    Set<String> requested = positions == null ? Set.of() : positions;
    if (all == !requested.isEmpty()) {
      throw usageError("either PARTITION@OFFSET or --all is needed");
    }
    List<DeadLetter> selected =
        deadLetterTopic().read().stream()
            .filter(letter -> all || requested.contains(letter.position()))
            .toList();
    rejectUnknown(requested, selected);
    List<DeadLetter> complete = selected.stream().filter(DeadLetter::isComplete).toList();
    deadLetterTopic().replay(complete);
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%s sent%n", complete.size());
    out.flush();
    selected.stream()
        .filter(letter -> !letter.isComplete())
        .forEach(
            letter ->
                spec.commandLine()
                    .getErr()
                    .printf(
                        "%s is not sent: it is truncated or has no source%n", letter.position()));
    return complete.size() == selected.size() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private void rejectUnknown(Set<String> requested, List<DeadLetter> selected) {
    Set<String> unknown = new TreeSet<>(requested);
    unknown.removeAll(selected.stream().map(DeadLetter::position).collect(Collectors.toSet()));
    if (!unknown.isEmpty()) {
      throw usageError("no dead letter " + unknown);
    }
  }

  private ParameterException usageError(String message) {
    return new ParameterException(spec.subcommands().get("replay"), message);
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
