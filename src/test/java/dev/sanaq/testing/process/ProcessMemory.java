package dev.sanaq.testing.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The memory of another JVM on this machine. */
public final class ProcessMemory {
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB");
  private static final Pattern PEAK = Pattern.compile("(?m)^VmHWM:\\s+(\\d+) kB");

  private ProcessMemory() {}

  /** Returns the bytes of live objects, after a full garbage collection. */
  public static long liveHeapBytes(ManagedProcess process) {
    return find(TOTAL, jcmd(process, "GC.class_histogram"));
  }

  /** Returns the resident set size in bytes, native memory included. */
  public static long residentBytes(ManagedProcess process) {
    return kibibytes(RESIDENT, process) << 10;
  }

  /** Returns the largest resident set size so far, in bytes. */
  public static long peakResidentBytes(ManagedProcess process) {
    return kibibytes(PEAK, process) << 10;
  }

  private static long kibibytes(Pattern line, ManagedProcess process) {
    try {
      return find(line, Files.readString(Path.of("/proc/%s/status".formatted(process.pid()))));
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
