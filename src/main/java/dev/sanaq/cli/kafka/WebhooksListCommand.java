package dev.sanaq.cli.kafka;

import dev.sanaq.cli.terminal.TextTable;
import dev.sanaq.json.Json;
import dev.sanaq.webhook.Delivery;
import dev.sanaq.webhook.topic.DeliveryQueries;
import jakarta.inject.Inject;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code webhooks list}: prints the deliveries in their topic. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists deliveries, the latest event first.")
public final class WebhooksListCommand implements Callable<Integer> {
  private static final List<String> HEADINGS =
      List.of("DELIVERY", "STATUS", "ATTEMPTS", "NEXT OR END", "LAST", "URL");

  @Inject DeliveryQueries deliveries;

  @Parameters(arity = "0..1", paramLabel = "JOB", description = "Only deliveries of this job.")
  private @Nullable String job;

  @Option(names = "--pending", description = "Only deliveries that are not finished.")
  private boolean pending;

  @Option(names = "--json", description = "Print one JSON object per line.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<Delivery> found =
        (job == null ? deliveries.all() : deliveries.ofJob(job))
            .stream().filter(delivery -> !pending || !delivery.hasEnded()).toList();
    if (json) {
      found.forEach(delivery -> out.println(toJson(delivery)));
    } else {
      List<List<String>> rows = found.stream().map(WebhooksListCommand::row).toList();
      TextTable.format(Ansi.AUTO, HEADINGS, rows).forEach(out::println);
    }
    out.flush();
    return 0;
  }

  private static List<String> row(Delivery delivery) {
    return List.of(
        delivery.id(),
        delivery.status().name().toLowerCase(Locale.ROOT),
        String.valueOf(delivery.attempts()),
        delivery.due().toString(),
        delivery.last(),
        delivery.url());
  }

  private static String toJson(Delivery delivery) {
    return new String(Json.write(delivery.summary()), StandardCharsets.UTF_8);
  }
}
