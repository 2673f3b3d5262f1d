package dev.sanaq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.luciad.imageio.webp.WebPWrapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.lang.reflect.Executable;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The metadata of a native image: every entry exists, and every class that our code or a native
 * library looks up by name has one. Builds no native image.
 */
class NativeMetadataTest {
  private static final Path FOLDER =
      Path.of("src/main/resources/META-INF/native-image/dev.sanaq/sanaq");
  private static final Path SOURCES = Path.of("src/main/java");
  private static final Path CONFIGURATION = Path.of("src/main/resources/application.properties");
  private static final String WEBP = "native/Linux/x86_64/libwebp-imageio.so";

  @ParameterizedTest
  @ValueSource(strings = {"reflect-config.json", "jni-config.json"})
  void reflectConfig_entriesExist(String file) throws Exception {
    for (JsonNode entry : read(file)) {
      String name = entry.get("name").asText();
      if (name.endsWith("[]")) {
        continue;
      }
      Class<?> type = Class.forName(name, false, getClass().getClassLoader());
      for (JsonNode field : entry.path("fields")) {
        assertThat(type.getDeclaredField(field.get("name").asText())).isNotNull();
      }
      for (JsonNode method : entry.path("methods")) {
        List<String> wanted = new ArrayList<>();
        method.get("parameterTypes").forEach(parameter -> wanted.add(parameter.asText()));
        assertThat(executables(type, method.get("name").asText()))
            .as("%s.%s", name, method.get("name").asText())
            .contains(wanted);
      }
    }
  }

  @Test
  void resourcePatterns_matchSomething() throws IOException {
    Set<String> all = resources();
    for (String pattern : patterns()) {
      assertThat(all).as(pattern).anyMatch(name -> Pattern.matches(pattern, name));
    }
  }

  @Test
  void ownResourceFiles_areIncluded() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/resources/dev"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = Path.of("src/main/resources").relativize(file).toString();
        assertThat(patterns()).as(name).anyMatch(pattern -> Pattern.matches(pattern, name));
      }
    }
  }

  @Test
  void jsonRecords_areInReflectConfig() throws Exception {
    Set<String> open = names("reflect-config.json");
    Pattern call = Pattern.compile("Json\\.read\\((?:[^;]|\\n)*?(\\w+)\\.class");
    Set<String> simple = new TreeSet<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        call.matcher(Files.readString(file)).results().map(m -> m.group(1)).forEach(simple::add);
      }
    }
    assertThat(simple).hasSizeGreaterThanOrEqualTo(5);
    for (String name : simple) {
      assertThat(open).anyMatch(full -> full.endsWith("." + name) || full.endsWith("$" + name));
    }
    for (String name : open) {
      Class<?> type = Class.forName(name);
      if (type.isRecord()) {
        Stream.of(type.getRecordComponents())
            .map(RecordComponent::getType)
            .filter(inner -> inner.getName().startsWith("dev.sanaq"))
            .forEach(inner -> assertThat(open).contains(inner.getName()));
      }
    }
  }

  /** JNI's FindClass takes names like java/lang/String, which stand in the library as they are. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "jnilib/linux-x86_64/cpu/libdjl_torch.so",
        "jnilib/linux-x86_64/cu128/libdjl_torch.so",
        "native/lib/linux-x86_64/cpu/libtokenizers.so"
      })
  void jniLookups_areInJniConfig(String library) throws Exception {
    Set<String> open = names("jni-config.json");
    Set<String> found = new TreeSet<>();
    for (String name : jniClassNames(library)) {
      String known = longestClass(name);
      if (!known.isEmpty()) {
        found.add(known);
      }
    }
    assertThat(found).isNotEmpty().isSubsetOf(open);
  }

  /** The library makes no lookups by name; a version that does needs entries. */
  @Test
  void webpLibrary_isResource_withoutJniLookups() throws IOException {
    assertThat(jniClassNames(WEBP)).isEmpty();
    for (String file : List.of(WEBP, "webp-imageio.properties")) {
      assertThat(patterns()).as(file).anyMatch(pattern -> Pattern.matches(pattern, file));
    }
  }

  /** Its class's initialiser starts a thread and loads the library: neither is for a build. */
  @Test
  void webpLibrary_isInitializedAtRunTime() throws IOException {
    Properties properties = new Properties();
    try (Reader file = Files.newBufferedReader(CONFIGURATION)) {
      properties.load(file);
    }
    assertThat(properties.getProperty("quarkus.native.additional-build-args"))
        .contains(WebPWrapper.class.getPackageName());
  }

  @Test
  void imageIo_requiresAwtExtension() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES.resolve("dev/sanaq/image"))) {
      assertThat(files.filter(Files::isRegularFile))
          .as("sources that use ImageIO; without one the extension can go")
          .anyMatch(NativeMetadataTest::usesImageIo);
    }
    assertThat(
            NativeMetadataTest.class.getResource("/io/quarkus/awt/runtime/graal/AwtFeature.class"))
        .isNotNull();
  }

  private static boolean usesImageIo(Path file) {
    try {
      return Files.readString(file).contains("import javax.imageio.");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // Rust's names have no end: what follows is another text. The longest class that exists counts.
  private static String longestClass(String name) {
    for (int end = name.length(); end > 0; end--) {
      try {
        return Class.forName(name.substring(0, end).replace('/', '.'), false, null).getName();
      } catch (ClassNotFoundException | LinkageError e) {
        String own = name.substring(0, end).replace('/', '.');
        if (NativeMetadataTest.class.getClassLoader().getResource(own.replace('.', '/') + ".class")
            != null) {
          return own;
        }
      }
    }
    return "";
  }

  private static Set<String> jniClassNames(String library) throws IOException {
    Set<String> names = new TreeSet<>();
    try (InputStream in = NativeMetadataTest.class.getResourceAsStream("/" + library)) {
      String text =
          new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.ISO_8859_1);
      Pattern.compile(
              "(?<![\\w/$;\\[L(])(?:ai/djl|com/luciad|kotlin|java/(?:lang|util|io))/[\\w/$]+")
          .matcher(text)
          .results()
          .map(MatchResult::group)
          .forEach(names::add);
    }
    return names;
  }

  private static List<List<String>> executables(Class<?> type, String name) {
    Executable[] all =
        name.equals("<init>") ? type.getDeclaredConstructors() : type.getDeclaredMethods();
    return Arrays.stream(all)
        .filter(one -> name.equals("<init>") || one.getName().equals(name))
        .map(one -> Arrays.stream(one.getParameterTypes()).map(Class::getTypeName).toList())
        .toList();
  }

  private static Set<String> names(String file) throws IOException {
    Set<String> names = new TreeSet<>();
    read(file).forEach(entry -> names.add(entry.get("name").asText()));
    return names;
  }

  private static List<String> patterns() throws IOException {
    return StreamSupport.stream(
            read("resource-config.json").get("resources").get("includes").spliterator(), false)
        .map(entry -> entry.get("pattern").asText())
        .toList();
  }

  private static JsonNode read(String file) throws IOException {
    return new ObjectMapper().readTree(FOLDER.resolve(file).toFile());
  }

  /** The files in our own folder and in the jars of libraries with a native part. */
  private static Set<String> resources() throws IOException {
    Set<String> names = new TreeSet<>();
    for (String entry : System.getProperty("java.class.path").split(":", -1)) {
      if (entry.matches(".*(djl|webp-imageio).*\\.jar")) {
        try (var jar = new java.util.jar.JarFile(entry)) {
          jar.stream().forEach(file -> names.add(file.getName()));
        }
      } else if (Files.isDirectory(Path.of(entry))) {
        try (Stream<Path> files = Files.walk(Path.of(entry))) {
          files.forEach(file -> names.add(Path.of(entry).relativize(file).toString()));
        }
      }
    }
    return names;
  }
}
