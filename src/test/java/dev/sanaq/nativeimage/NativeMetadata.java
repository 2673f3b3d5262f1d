package dev.sanaq.nativeimage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodType;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files in {@code META-INF/native-image}, of all libraries, and what native libraries name. */
final class NativeMetadata {
  private static final Path FOLDER = Path.of("src/main/resources/META-INF/native-image");
  private static final ObjectMapper JSON = new ObjectMapper();

  private NativeMetadata() {}

  /** Returns the entries of all files of a name, such as {@code jni-config.json}. */
  static List<JsonNode> entries(String file) throws IOException {
    List<JsonNode> entries = new ArrayList<>();
    for (Path path : files(file)) {
      JSON.readTree(path.toFile()).forEach(entries::add);
    }
    return entries;
  }

  /** Returns the classes that the files of a name have entries for. */
  static Set<String> names(String file) throws IOException {
    Set<String> names = new TreeSet<>();
    entries(file).forEach(entry -> names.add(entry.get("name").asText()));
    return names;
  }

  /** Returns the patterns of resources. */
  static List<String> resourcePatterns() throws IOException {
    List<String> patterns = new ArrayList<>();
    for (Path path : files("resource-config.json")) {
      JSON.readTree(path.toFile())
          .at("/resources/includes")
          .forEach(entry -> patterns.add(entry.get("pattern").asText()));
    }
    return patterns;
  }

  /**
   * Returns the methods and constructors that an entry names, or all declared ones if it says so.
   *
   * @throws AssertionError if the class does not declare one of them itself: an inherited method is
   *     not found by JNI, and an overridden one is not the one that is called
   */
  static List<Executable> executables(JsonNode entry) throws ClassNotFoundException {
    Class<?> type = type(entry);
    List<Executable> named = new ArrayList<>();
    if (entry.path("allDeclaredMethods").asBoolean()) {
      named.addAll(Arrays.asList(type.getDeclaredMethods()));
    }
    if (entry.path("allDeclaredConstructors").asBoolean()) {
      named.addAll(Arrays.asList(type.getDeclaredConstructors()));
    }
    for (JsonNode method : entry.path("methods")) {
      named.add(executable(type, method));
    }
    return named;
  }

  /** Returns the class of an entry, without initialising it. */
  static Class<?> type(JsonNode entry) throws ClassNotFoundException {
    return Class.forName(entry.get("name").asText(), false, NativeMetadata.class.getClassLoader());
  }

  /** Returns a method's descriptor as JNI takes it. */
  static String descriptor(Executable executable) {
    Class<?> result = executable instanceof Method method ? method.getReturnType() : void.class;
    return MethodType.methodType(result, executable.getParameterTypes()).descriptorString();
  }

  /** Returns all texts of a native library that end as C's do and match a pattern. */
  static Set<String> texts(String library, String pattern) throws IOException {
    Set<String> found = new TreeSet<>();
    Pattern.compile("(?<=\0)" + pattern + "(?=\0)")
        .matcher(content(library))
        .results()
        .map(MatchResult::group)
        .forEach(found::add);
    return found;
  }

  /** Returns a resource, one character for each byte. */
  static String content(String resource) throws IOException {
    try (InputStream in = NativeMetadata.class.getResourceAsStream("/" + resource)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static Executable executable(Class<?> type, JsonNode method) {
    String name = method.get("name").asText();
    List<String> wanted = new ArrayList<>();
    method.get("parameterTypes").forEach(parameter -> wanted.add(parameter.asText()));
    return Stream.concat(
            Stream.of(type.getDeclaredConstructors()), Stream.of(type.getDeclaredMethods()))
        .filter(one -> one.getName().equals(name.equals("<init>") ? type.getName() : name))
        .filter(
            one ->
                Stream.of(one.getParameterTypes()).map(Class::getTypeName).toList().equals(wanted))
        .findFirst()
        .orElseThrow(
            () -> new AssertionError("%s does not declare %s%s".formatted(type, name, wanted)));
  }

  private static List<Path> files(String name) throws IOException {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      return files.filter(file -> file.endsWith(name)).sorted().toList();
    }
  }
}
