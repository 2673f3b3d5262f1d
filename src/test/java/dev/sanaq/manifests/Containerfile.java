package dev.sanaq.manifests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The instructions of a container file, in order. */
public final class Containerfile {
  private static final Pattern PAIR = Pattern.compile("([A-Z_]+)=(\"[^\"]*\"|\\S+)");

  private final List<Instruction> instructions = new ArrayList<>();

  /**
   * One instruction.
   *
   * @param name the instruction, such as FROM
   * @param arguments the rest, with continued lines joined
   */
  public record Instruction(String name, String arguments) {}

  /** Reads a container file. */
  public Containerfile(Path file) {
    try {
      String text =
          Files.readString(file).replaceAll("(?m)^\\s*#.*\\n", "").replaceAll("\\\\\\n\\s*", " ");
      for (String line : text.lines().filter(l -> !l.isBlank()).toList()) {
        String[] parts = line.strip().split("\\s+", 2);
        instructions.add(new Instruction(parts[0], parts[1]));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns all instructions. */
  public List<Instruction> all() {
    return instructions;
  }

  /** Returns the arguments of every instruction with a name. */
  public List<String> of(String name) {
    return instructions.stream()
        .filter(i -> i.name().equals(name))
        .map(Instruction::arguments)
        .toList();
  }

  /** Returns the environment of the last stage. */
  public Map<String, String> environment() {
    Map<String, String> environment = new TreeMap<>();
    for (String arguments : of("ENV")) {
      Matcher pair = PAIR.matcher(arguments);
      while (pair.find()) {
        environment.put(pair.group(1), pair.group(2).replace("\"", ""));
      }
    }
    return environment;
  }
}
