package dev.sanaq.cli.terminal;

import dev.sanaq.files.FileErrors;
import dev.sanaq.local.LocalServicesUnavailableException;
import io.quarkus.runtime.QuarkusBindException;
import io.smallrye.config.ConfigValidationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Describes why the program ended before its command ran: Quarkus reports nothing to a program with
 * an exit handler of its own. One sentence: what is wrong, where, and what to do.
 */
public final class StartupErrors {
  private static final Pattern SMALLRYE_CODE = Pattern.compile("(\\S*Exception: )?SRCFG\\d+: ");

  private static final Pattern BAD_VALUE =
      Pattern.compile(
          "The config property (\\S+) with the config value (\".*\") threw an Exception whilst"
              + " being converted (.*)");
  private static final Pattern EMPTY_VALUE =
      Pattern.compile("The config property (\\S+) is defined as the empty String.*");

  private StartupErrors() {}

  /** The sentence for a failed start, without "error:". */
  public static String describe(Throwable failure) {
    List<Throwable> chain = CliErrors.causes(failure);
    return first(chain, QuarkusBindException.class)
        .map(StartupErrors::describeBind)
        .or(() -> first(chain, ConfigValidationException.class).map(StartupErrors::describeConfig))
        .or(() -> describeTemporaryFolder(chain))
        .or(() -> describePort(chain))
        .or(() -> first(chain, UncheckedIOException.class).map(CliErrors::describe))
        .or(() -> first(chain, KafkaException.class).map(StartupErrors::describeKafka))
        .or(() -> first(chain, LocalServicesUnavailableException.class).map(CliErrors::describe))
        .orElseGet(() -> describeOther(chain));
  }

  private static String describeBind(QuarkusBindException e) {
    return isLocalAddress(e.getHost())
        ? "HTTP cannot listen on %s:%s: another program uses the port, or the user may not open it; set another with quarkus.http.port (QUARKUS_HTTP_PORT)"
            .formatted(e.getHost(), e.getPort())
        : "HTTP cannot listen on %s:%s: no network interface of this machine has this address; set quarkus.http.host (QUARKUS_HTTP_HOST)"
            .formatted(e.getHost(), e.getPort());
  }

  private static boolean isLocalAddress(String host) {
    try {
      InetAddress address = InetAddress.getByName(host);
      return address.isAnyLocalAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (IOException e) {
      return false;
    }
  }

  private static String describeConfig(ConfigValidationException e) {
    return IntStream.range(0, e.getProblemCount())
        .mapToObj(i -> describeProblem(e.getProblem(i).getMessage()))
        .collect(Collectors.joining("; ", "invalid configuration: ", ""));
  }

  private static String describeProblem(String message) {
    String text = SMALLRYE_CODE.matcher(message).replaceAll("");
    text = BAD_VALUE.matcher(text).replaceFirst("$1 is $2: $3");
    return EMPTY_VALUE.matcher(text).replaceFirst("$1 is empty: set a value or leave it out");
  }

  private static Optional<String> describeTemporaryFolder(List<Throwable> chain) {
    Path folder = Path.of(System.getProperty("java.io.tmpdir", ""));
    return first(chain, FileSystemException.class)
        .filter(e -> e.getFile() != null && folder.equals(Path.of(e.getFile()).getParent()))
        .map(
            e ->
                "the temporary folder cannot be used: %s; make it writable, or set another with java -Djava.io.tmpdir=DIR"
                    .formatted(FileErrors.describe(e)));
  }

  private static Optional<String> describePort(List<Throwable> chain) {
    return first(chain, IllegalArgumentException.class)
        .map(Throwable::getMessage)
        .filter(message -> message != null && message.startsWith("port must be"))
        .map(
            message ->
                "quarkus.http.port (QUARKUS_HTTP_PORT) is %s: %s"
                    .formatted(
                        ConfigProvider.getConfig().getConfigValue("quarkus.http.port").getValue(),
                        message));
  }

  private static String describeKafka(KafkaException e) {
    return "the program could not start: " + CliErrors.describe(e);
  }

  private static String describeOther(List<Throwable> chain) {
    // The innermost cause says what is wrong; some have no message.
    for (int i = chain.size() - 1; i >= 0; i--) {
      String message = chain.get(i).getMessage();
      if (message != null && !message.isBlank()) {
        String type = chain.get(i).getClass().getSimpleName();
        return "the program could not start: %s (%s)"
            .formatted(SMALLRYE_CODE.matcher(message).replaceAll(""), type);
      }
    }
    return "the program could not start: " + chain.get(chain.size() - 1).getClass().getName();
  }

  private static <T> Optional<T> first(List<Throwable> chain, Class<T> type) {
    return chain.stream().filter(type::isInstance).map(type::cast).findFirst();
  }
}
