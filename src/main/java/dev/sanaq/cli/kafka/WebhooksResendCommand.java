package dev.sanaq.cli.kafka;

import dev.sanaq.webhook.topic.DeliveryQueries;
import jakarta.inject.Inject;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code webhooks resend}: requests deliveries again; the webhook service sends them. */
@Command(
    name = "resend",
    mixinStandardHelpOptions = true,
    description = "Sends deliveries again, each with a new series of attempts.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:all requested", "1:a delivery does not exist", "2:invalid command line"})
public final class WebhooksResendCommand implements Callable<Integer> {
  @Inject DeliveryQueries deliveries;

  @Parameters(
      arity = "1..*",
      paramLabel = "DELIVERY",
      description = "Ids of deliveries, as list prints them.")
  private List<String> ids;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    int exitCode = 0;
    for (String id : ids) {
      if (deliveries.resend(id).isPresent()) {
        out.println(id);
      } else {
        err.printf("no delivery %s; it may be past its retention%n", id);
        exitCode = 1;
      }
    }
    out.flush();
    err.flush();
    return exitCode;
  }
}
