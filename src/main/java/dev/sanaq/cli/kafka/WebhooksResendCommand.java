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

/** Asks for deliveries again; whoever delivers sends them. */
@Command(
    name = "resend",
    mixinStandardHelpOptions = true,
    description = "Sends deliveries again, each from its first attempt on.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:all are asked for again", "1:one is not there", "2:used wrongly"})
public final class WebhooksResendCommand implements Callable<Integer> {
  @Inject DeliveryQueries deliveries;

  @Parameters(arity = "1..*", paramLabel = "DELIVERY", description = "As list prints it.")
  private List<String> ids;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    int code = 0;
    for (String id : ids) {
      if (deliveries.resend(id).isPresent()) {
        out.println(id);
      } else {
        err.printf("there is no delivery %s; it may have ended too long ago%n", id);
        code = 1;
      }
    }
    out.flush();
    err.flush();
    return code;
  }
}
