package dev.sanaq.nativeimage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.luciad.imageio.webp.WebPWrapper;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The metadata of a native image: every entry exists, and every class that our code or a library
 * looks up by name has one. Builds no native image.
 */
class NativeMetadataTest {
  private static final Path SOURCES = Path.of("src/main/java");
  private static final Path CONFIGURATION = Path.of("src/main/resources/application.properties");
  private static final String WITH_NATIVE_PART =
      ".*(djl|webp-imageio|jna|zstd-jni|snappy-java).*\\.jar";
  private static final Pattern OWN_RECORD = Pattern.compile("dev\\.sanaq\\.[\\w.$]+");

  @ParameterizedTest
  @ValueSource(strings = {"reflect-config.json", "jni-config.json"})
  void entries_exist(String file) throws Exception {
    for (JsonNode entry : NativeMetadata.entries(file)) {
      if (entry.get("name").asText().endsWith("[]")) {
        continue;
      }
      for (JsonNode field : entry.path("fields")) {
        assertThat(NativeMetadata.type(entry).getDeclaredField(field.get("name").asText()))
            .isNotNull();
      }
      assertThat(NativeMetadata.executables(entry)).doesNotContainNull();
    }
  }

  @Test
  void resourcePatterns_matchSomething() throws IOException {
    Set<String> all = resources();
    for (String pattern : NativeMetadata.resourcePatterns()) {
      assertThat(all).as(pattern).anyMatch(name -> Pattern.matches(pattern, name));
    }
  }

  /**
   * Libraries describe their own files, for all systems: 23 MB. That metadata is excluded, and ours
   * names what is needed.
   */
  @Test
  void metadataOfAllSystems_isExcluded() throws IOException {
    List<String> excluded = excludedMetadata();
    for (Path path : jars(WITH_NATIVE_PART)) {
      try (JarFile jar = new JarFile(path.toFile())) {
        for (JarEntry entry : jar.stream().toList()) {
          if (entry.getName().matches("META-INF/native-image/.*resource-config\\.json")
              && text(jar, entry).matches("(?s).*(jnilib/|\\.so|\\.dll).*")) {
            String name = path.toString().replace('/', '.');
            assertThat(excluded).as(name).anyMatch(name::contains);
          }
        }
      }
    }
    assertThat(excluded).hasSize(2);
  }

  private static List<String> excludedMetadata() throws IOException {
    Matcher option =
        Pattern.compile("--exclude-config,([^,]+),resource-config.json").matcher(buildArguments());
    return option.results().map(m -> m.group(1)).toList();
  }

  @Test
  void ownResourceFiles_areIncluded() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/resources/dev"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = Path.of("src/main/resources").relativize(file).toString();
        assertThat(NativeMetadata.resourcePatterns())
            .as(name)
            .anyMatch(pattern -> Pattern.matches(pattern, name));
      }
    }
  }

  /** What Jackson reads by a class, or a record writes of itself, needs entries for its parts. */
  @Test
  void jsonRecords_areInReflectConfig() throws Exception {
    Set<String> open = NativeMetadata.names("reflect-config.json");
    Pattern read = Pattern.compile("Json\\.read(?:Strictly)?\\([^;]*?(\\w+)(?:\\[])?\\.class");
    Pattern written = Pattern.compile("(?:Json\\.write|writeValueAs\\w+)\\(this\\)");
    Set<String> simple = new TreeSet<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        String text = Files.readString(file);
        read.matcher(text).results().map(m -> m.group(1)).forEach(simple::add);
        if (written.matcher(text).find()) {
          simple.add(file.getFileName().toString().replace(".java", ""));
        }
      }
    }
    assertThat(simple)
        .contains("TrainingConfig", "Entry", "InspectReport", "GenerateReport", "Delivery");
    for (String name : simple) {
      assertThat(open)
          .as(name)
          .anyMatch(full -> full.endsWith("." + name) || full.endsWith("$" + name));
    }
    for (String name : open) {
      Class<?> type = Class.forName(name, false, getClass().getClassLoader());
      if (type.isRecord()) {
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getGenericType)
            .map(Type::getTypeName)
            .flatMap(part -> OWN_RECORD.matcher(part).results().map(m -> m.group()))
            .forEach(part -> assertThat(open).as(name).contains(part));
      }
    }
  }

  /** Quarkus switches the builder's own search for service files off. */
  @Test
  void serviceProviders_areInReflectConfig() throws Exception {
    Set<String> open = NativeMetadata.names("reflect-config.json");
    Set<String> providers = new TreeSet<>();
    for (Path path : jars(".*/ai/djl/.*\\.jar")) {
      try (JarFile jar = new JarFile(path.toFile())) {
        for (JarEntry entry : jar.stream().toList()) {
          if (entry.getName().matches("META-INF/services/.+")) {
            text(jar, entry).lines().filter(line -> !line.startsWith("#")).forEach(providers::add);
          } else if (entry.getName().matches("META-INF/native-image/.*/reflect-config\\.json")) {
            Matcher name = Pattern.compile("\"name\"\\s*:\\s*\"([^\"]+)").matcher(text(jar, entry));
            name.results().map(m -> m.group(1)).forEach(open::add);
          }
        }
      }
    }
    assertThat(providers).hasSizeGreaterThanOrEqualTo(5).isSubsetOf(open);
  }

  /** Their initialisers load a library or start a thread, which is not for a build. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "dev.sanaq.torch.Torch",
        "ai.djl.engine.Engine",
        "com.sun.jna.Native",
        "com.github.luben.zstd.ZstdInputStreamNoFinalizer",
        "net.jpountz.lz4.LZ4Factory",
        "org.apache.kafka.common.compress.Lz4BlockInputStream"
      })
  void nativeLibraries_areInitializedAtRunTime(String type) throws IOException {
    assertThat(runTimeInitialized()).anyMatch(type::startsWith);
  }

  @Test
  void webpLibrary_isInitializedAtRunTime() throws IOException {
    assertThat(runTimeInitialized()).contains(WebPWrapper.class.getPackageName());
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

  private static String buildArguments() throws IOException {
    Properties properties = new Properties();
    try (Reader file = Files.newBufferedReader(CONFIGURATION)) {
      properties.load(file);
    }
    return properties.getProperty("quarkus.native.additional-build-args");
  }

  private static List<String> runTimeInitialized() throws IOException {
    Matcher option = Pattern.compile("--initialize-at-run-time=([^-]+)").matcher(buildArguments());
    assertThat(option.find()).isTrue();
    return Arrays.asList(option.group(1).split("[\\\\,]+"));
  }

  private static String text(JarFile jar, JarEntry entry) throws IOException {
    return new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
  }

  private static List<Path> jars(String pattern) {
    return Arrays.stream(System.getProperty("java.class.path").split(":", -1))
        .filter(entry -> entry.matches(pattern))
        .map(Path::of)
        .toList();
  }

  /** The files in our own folder and in the jars of libraries with a native part. */
  static Set<String> resources() throws IOException {
    Set<String> names = new TreeSet<>();
    for (Path path : jars(WITH_NATIVE_PART)) {
      try (JarFile jar = new JarFile(path.toFile())) {
        jar.stream().forEach(file -> names.add(file.getName()));
      }
    }
    Path own = Path.of("src/main/resources");
    try (Stream<Path> files = Files.walk(own)) {
      files.forEach(file -> names.add(own.relativize(file).toString()));
    }
    return names;
  }
}
