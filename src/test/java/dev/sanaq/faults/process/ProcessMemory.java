package dev.sanaq.faults.process;

import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What another JVM holds in memory. */
public final class ProcessMemory {
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB");

  private ProcessMemory() {}

  /** Bytes of objects that are alive: counted after a full collection. */
  public static long liveHeapBytes(ManagedProcess process) {
    return find(TOTAL, jcmd(process, "GC.class_histogram"));
  }

  /** Bytes of the process in the machine's memory, everything native included. */
  public static long residentBytes(ManagedProcess process) {
    try {
      String status = Files.readString(Path.of("/proc/%d/status".formatted(process.pid())));
      return 1024 * find(RESIDENT, status);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String jcmd(ManagedProcess process, String command) {
    try {
      Process jcmd =
          new ProcessBuilder(TestProcesses.jdkTool("jcmd"), String.valueOf(process.pid()), command)
              .redirectErrorStream(true)
              .start();
      return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long find(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new AssertionError("no %s in\n%s".formatted(pattern, text));
    }
    return Long.parseLong(matcher.group(1));
  }
}
