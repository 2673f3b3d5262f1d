package dev.sanaq.cli;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import dev.sanaq.testing.JavaSources;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Generates {@code src/docs/configuration.md} from the {@code @ConfigMapping} interfaces: keys and
 * defaults from their methods, descriptions from the methods' Javadoc. {@code ./mvnw test
 * -Dtest=ConfigurationPageTest -Dupdate.docs=true} writes the page; without that property the test
 * fails where the page differs.
 */
class ConfigurationPageTest {
  private static final Path SOURCES = Path.of("src/main/java");
  private static final Path PAGE = Path.of("src/docs/configuration.md");
  private static final String START = "<!-- generated: start -->";
  private static final String END = "<!-- generated: end -->";

  /** Set by the program itself from other properties; users do not set them. */
  private static final List<String> INTERNAL =
      List.of("sanaq.limits.http-callbacks", "sanaq.limits.http-uploads");

  private record Property(String key, String defaultValue, String description) {}

  @Test
  void configurationPage_equalsConfigMappingJavadoc() throws Exception {
    Map<String, String> javadoc = javadocByMethod();
    Map<String, List<Property>> sections = new TreeMap<>();
    for (Class<?> mapping : mappings()) {
      ConfigMapping annotation = mapping.getAnnotation(ConfigMapping.class);
      Map<String, Property> found = new LinkedHashMap<>();
      collect(annotation.prefix(), mapping, javadoc, found);
      INTERNAL.forEach(found::remove);
      sections.put(
          "## `" + annotation.prefix() + "`\n\n" + javadoc.getOrDefault(mapping.getName(), ""),
          List.copyOf(found.values()));
    }
    String page = Files.readString(PAGE);
    int start = page.indexOf(START) + START.length();
    String expected =
        page.substring(0, start) + "\n\n" + render(sections) + page.substring(page.indexOf(END));
    if (Boolean.getBoolean("update.docs")) {
      Files.writeString(PAGE, expected);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(expected);
    assertThat(sections.values().stream().mapToInt(List::size).sum()).isGreaterThan(80);
  }

  private static String render(Map<String, List<Property>> sections) {
    StringBuilder text = new StringBuilder();
    sections.forEach(
        (heading, properties) -> {
          text.append(heading).append("\n\n| property | default | meaning |\n|---|---|---|\n");
          for (Property property : properties) {
            String value = property.defaultValue();
            text.append("| `%s` | ".formatted(property.key()))
                .append(value.isEmpty() ? "" : "`" + value + "`")
                .append(" | %s |%n".formatted(property.description().replace("|", "\\|")));
          }
          text.append('\n');
        });
    return text.toString();
  }

  private static void collect(
      String prefix, Class<?> mapping, Map<String, String> javadoc, Map<String, Property> found) {
    List<String> order = List.copyOf(javadoc.keySet());
    Stream.of(mapping.getMethods())
        .filter(method -> !method.isDefault() && !method.isSynthetic())
        .sorted(java.util.Comparator.comparingInt(method -> order.indexOf(name(method))))
        .forEach(
            method -> {
              String key = prefix + "." + kebab(method.getName());
              WithDefault given = method.getAnnotation(WithDefault.class);
              Class<?> inner = innerType(method);
              if (inner.isInterface() && inner.getName().startsWith("dev.sanaq")) {
                boolean named = Map.class.isAssignableFrom(method.getReturnType());
                collect(named ? key + ".NAME" : key, inner, javadoc, found);
                return;
              }
              String description = javadoc.getOrDefault(name(method), "");
              assertThat(description).as("Javadoc of %s", name(method)).isNotBlank();
              found.put(key, new Property(key, given == null ? "" : given.value(), description));
            });
  }

  private static Class<?> innerType(Method method) {
    if (method.getGenericReturnType() instanceof ParameterizedType type
        && Map.class.isAssignableFrom(method.getReturnType())) {
      return (Class<?>) type.getActualTypeArguments()[1];
    }
    return method.getReturnType();
  }

  private static String name(Method method) {
    return method.getDeclaringClass().getName() + "#" + method.getName();
  }

  private static String kebab(String name) {
    return name.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  private static boolean isMapping(Path file) {
    try {
      return Files.readString(file).contains("@ConfigMapping(");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static List<Class<?>> mappings() throws Exception {
    List<Class<?>> found = new ArrayList<>();
    for (CompilationUnitTree unit : mappingSources().units()) {
      String type = ((ClassTree) unit.getTypeDecls().get(0)).getSimpleName().toString();
      found.add(Class.forName(unit.getPackageName() + "." + type));
    }
    return found;
  }

  private static JavaSources mappingSources() throws IOException {
    return JavaSources.parse(
        SOURCES, file -> file.toString().endsWith("Config.java") && isMapping(file));
  }

  /** The first paragraph of each type's and method's Javadoc, as Markdown, in source order. */
  private static Map<String, String> javadocByMethod() throws IOException {
    JavaSources sources = mappingSources();
    Map<String, String> found = new LinkedHashMap<>();
    for (CompilationUnitTree unit : sources.units()) {
      new JavadocScanner(sources.docs(), unit.getPackageName() + ".", found).scan(unit, null);
    }
    return found;
  }

  private static final class JavadocScanner
      extends TreePathScanner<@Nullable Void, @Nullable Void> {
    private final DocTrees trees;
    private final Map<String, String> found;
    private final Map<ClassTree, String> names = new HashMap<>();
    private String owner;

    JavadocScanner(DocTrees trees, String owner, Map<String, String> found) {
      this.trees = trees;
      this.owner = owner;
      this.found = found;
    }

    @Override
    public @Nullable Void visitClass(ClassTree tree, @Nullable Void nothing) {
      String outer = owner;
      owner = names.isEmpty() ? owner + tree.getSimpleName() : owner + "$" + tree.getSimpleName();
      names.put(tree, owner);
      add(owner, getCurrentPath());
      super.visitClass(tree, nothing);
      owner = outer;
      return null;
    }

    @Override
    public @Nullable Void visitMethod(MethodTree tree, @Nullable Void nothing) {
      add(owner + "#" + tree.getName(), getCurrentPath());
      return null;
    }

    private void add(String name, TreePath path) {
      DocCommentTree comment = trees.getDocCommentTree(path);
      if (comment != null) {
        found.put(
            name,
            markdown(comment.getFullBody().stream().map(Object::toString).collect(joining())));
      }
    }

    private static String markdown(String javadoc) {
      return javadoc
          .replaceAll("\\s*\\n\\s*", " ")
          .replaceAll("\\{@(?:code|link|literal) (?:#)?([^{}]*)}", "`$1`")
          .replaceAll("<p>", " ")
          .strip();
    }
  }
}
