package dev.sanaq.nativeimage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What native libraries look up by name, compared with the metadata of a native image. */
class NativeJniMetadataTest {
  private static final String DJL_CPU = "jnilib/linux-x86_64/cpu/libdjl_torch.so";
  private static final String DJL_CUDA = "jnilib/linux-x86_64/cu128/libdjl_torch.so";
  private static final String TOKENIZERS = "native/lib/linux-x86_64/cpu/libtokenizers.so";
  private static final String JNA = "com/sun/jna/linux-x86-64/libjnidispatch.so";
  private static final String WEBP = "native/Linux/x86_64/libwebp-imageio.so";
  private static final String DESCRIPTOR =
      "\\((?:\\[*(?:[ZBCSIJFD]|L[\\w/$]+;))*\\)\\[*(?:[VZBCSIJFD]|L[\\w/$]+;)";

  /** JNI's FindClass takes names like java/lang/String, which stand in the library as they are. */
  @ParameterizedTest
  @ValueSource(strings = {DJL_CPU, DJL_CUDA, TOKENIZERS, JNA})
  void classes_areInJniConfig(String library) throws Exception {
    Set<String> open = NativeMetadata.names("jni-config.json");
    Set<String> found = new TreeSet<>();
    for (String name : classNames(library)) {
      String known = longestClass(name);
      if (!known.isEmpty()) {
        found.add(known);
      }
    }
    assertThat(found).isNotEmpty().isSubsetOf(open);
  }

  /**
   * GetMethodID takes descriptors; libraries in Rust have them too, but without an end. A
   * descriptor of no entry is a method that the library does not find.
   */
  @ParameterizedTest
  @ValueSource(strings = {DJL_CPU, DJL_CUDA, JNA})
  void methodDescriptors_areInJniConfig(String library) throws Exception {
    Set<String> open = new TreeSet<>();
    for (JsonNode entry : NativeMetadata.entries("jni-config.json")) {
      if (!entry.get("name").asText().endsWith("[]")) {
        NativeMetadata.executables(entry).stream()
            .map(NativeMetadata::descriptor)
            .forEach(open::add);
      }
    }
    assertThat(NativeMetadata.texts(library, DESCRIPTOR)).isNotEmpty().isSubsetOf(open);
  }

  /**
   * The engine reads streams by the class that they have, and JNI does not look at superclasses.
   */
  @Test
  void streamsOfEngine_haveReadMethod(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("program.pt"));
    try (InputStream opened = Files.newInputStream(file)) {
      for (Class<?> stream : List.of(ByteArrayInputStream.class, opened.getClass())) {
        Method read = stream.getMethod("read", byte[].class, int.class, int.class);
        assertThat(jniMethods(read.getDeclaringClass())).as(stream.getName()).contains(read);
      }
    }
    String caller = Files.readString(Path.of("src/main/java/dev/sanaq/torch/ScriptProgram.java"));
    assertThat(Pattern.compile("return load\\(").matcher(caller).results()).hasSize(2);
    assertThat(Pattern.compile("loadModule\\(").matcher(caller).results()).hasSize(1);
    assertThat(caller).contains("load(new ByteArrayInputStream(", "Files.newInputStream(");
  }

  /** zstd writes its positions to the fields of Kafka's streams. */
  @ParameterizedTest
  @ValueSource(classes = {ZstdInputStreamNoFinalizer.class, ZstdOutputStreamNoFinalizer.class})
  void zstdFields_areInJniConfig(Class<?> type) throws Exception {
    String library =
        NativeMetadataTest.resources().stream()
            .filter(name -> name.matches("linux/amd64/libzstd-jni-.*\\.so"))
            .findFirst()
            .orElseThrow();
    Set<String> looked = NativeMetadata.texts(library, "\\w+");
    List<String> fields =
        Arrays.stream(type.getDeclaredFields())
            .map(Field::getName)
            .filter(looked::contains)
            .toList();
    List<String> open = new ArrayList<>();
    for (JsonNode entry : NativeMetadata.entries("jni-config.json")) {
      if (entry.get("name").asText().equals(type.getName())) {
        entry.path("fields").forEach(field -> open.add(field.get("name").asText()));
      }
    }
    assertThat(fields).isNotEmpty();
    assertThat(open).containsAll(fields);
  }

  /** The library makes no lookups by name; a version that does needs entries. */
  @Test
  void webpLibrary_isResource_withoutLookups() throws IOException {
    assertThat(classNames(WEBP)).isEmpty();
    for (String file : List.of(WEBP, "webp-imageio.properties")) {
      assertThat(NativeMetadata.resourcePatterns())
          .as(file)
          .anyMatch(pattern -> Pattern.matches(pattern, file));
    }
  }

  private static List<Executable> jniMethods(Class<?> type) throws Exception {
    List<Executable> methods = new ArrayList<>();
    for (JsonNode entry : NativeMetadata.entries("jni-config.json")) {
      if (entry.get("name").asText().equals(type.getName())) {
        methods.addAll(NativeMetadata.executables(entry));
      }
    }
    return methods;
  }

  // Rust's names have no end: what follows is another text. The longest class that exists counts.
  private static String longestClass(String name) {
    for (int end = name.length(); end > 0; end--) {
      String known = name.substring(0, end).replace('/', '.');
      try {
        return Class.forName(known, false, NativeJniMetadataTest.class.getClassLoader()).getName();
      } catch (ClassNotFoundException | LinkageError e) {
        continue;
      }
    }
    return "";
  }

  private static Set<String> classNames(String library) throws IOException {
    Set<String> names = new TreeSet<>();
    Pattern.compile(
            "(?<![\\w/$;\\[L(])(?:ai/djl|com/luciad|com/sun/jna|kotlin|java/(?:lang|util|io|nio))/[\\w/$]+")
        .matcher(NativeMetadata.content(library))
        .results()
        .map(MatchResult::group)
        .forEach(names::add);
    return names;
  }
}
