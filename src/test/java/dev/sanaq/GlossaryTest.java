package dev.sanaq;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.TreeScanner;
import dev.sanaq.testing.JavaSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Refuses the words that {@code src/docs/glossary.md} lists as not used: those under "Words not
 * used" in type names and thread names, those under "Phrases not used" in log messages, error
 * messages and help texts. The sources are parsed, so that comments and data are left alone.
 */
class GlossaryTest {
  private static final Path MAIN = Path.of("src/main/java");
  private static final Path TESTS = Path.of("src/test/java");
  private static final Path GLOSSARY = Path.of("src/docs/glossary.md");
  private static final Pattern THREAD_NAME = Pattern.compile("sanaq(-[a-z0-9]+)+-?");
  private static final Set<String> HELP =
      Set.of("Option", "Parameters", "Command", "CommandLine.Option", "CommandLine.Command");

  private static Set<String> words = Set.of();
  private static Set<String> phrases = Set.of();
  private static final Map<String, String> TYPES = new LinkedHashMap<>();
  private static final List<String> TEXTS = new ArrayList<>();
  private static final Set<String> THREAD_NAMES = new TreeSet<>();

  @BeforeAll
  static void parse() throws IOException {
    words = firstColumn("## Words not used");
    phrases = firstColumn("## Phrases not used");
    scan(MAIN, true);
    scan(TESTS, false);
  }

  @Test
  void glossary_listsWordsAndPhrases_andSourcesHoldTexts() {
    assertThat(words).hasSizeGreaterThan(30).contains("Desk", "Easel", "Ticket", "Picture");
    assertThat(phrases).hasSizeGreaterThan(20).contains("draw", "picture", "told");
    assertThat(TYPES).hasSizeGreaterThan(700);
    assertThat(TEXTS).hasSizeGreaterThan(500);
    assertThat(THREAD_NAMES).contains("sanaq-consumer", "sanaq-inference", "sanaq-job-view");
  }

  @Test
  void typeNames_containNoUnusedWord() {
    List<String> violations = new ArrayList<>();
    TYPES.forEach(
        (type, file) -> {
          for (String part : type.split("(?<=[a-z0-9])(?=[A-Z])")) {
            if (words.contains(part)) {
              violations.add("%s (%s): %s".formatted(type, file, part));
            }
          }
        });
    assertThat(violations).isEmpty();
  }

  @Test
  void threadNames_containNoUnusedWord() {
    Set<String> lower = new TreeSet<>();
    words.forEach(word -> lower.add(word.toLowerCase(Locale.ROOT)));
    lower.addAll(phrases);
    assertThat(THREAD_NAMES)
        .allSatisfy(name -> assertThat(lower).doesNotContainAnyElementsOf(parts(name)));
  }

  @Test
  void logErrorAndHelpTexts_containNoUnusedPhrase() {
    List<String> violations = new ArrayList<>();
    for (String phrase : phrases) {
      Pattern pattern =
          Pattern.compile("\\b" + Pattern.quote(phrase) + "\\b", Pattern.CASE_INSENSITIVE);
      for (String text : TEXTS) {
        if (pattern.matcher(text).find()) {
          violations.add(phrase + ": " + text);
        }
      }
    }
    assertThat(violations).isEmpty();
  }

  private static List<String> parts(String threadName) {
    return List.of(threadName.split("-"));
  }

  /** What stands in backticks in the first column of the table below a heading. */
  private static Set<String> firstColumn(String heading) throws IOException {
    String page = Files.readString(GLOSSARY);
    String section = page.substring(page.indexOf(heading) + heading.length());
    int next = section.indexOf("\n## ");
    Set<String> found = new TreeSet<>();
    for (String line : section.substring(0, next < 0 ? section.length() : next).split("\n")) {
      if (line.startsWith("| ")) {
        Matcher quoted = Pattern.compile("`([^`]+)`").matcher(line.split("\\|")[1]);
        while (quoted.find()) {
          found.add(quoted.group(1));
        }
      }
    }
    return found;
  }

  private static void scan(Path root, boolean texts) throws IOException {
    for (CompilationUnitTree unit : JavaSources.parse(root, file -> true).units()) {
      String file = Path.of(unit.getSourceFile().getName()).getFileName().toString();
      new TextScanner(file, texts).scan(unit, null);
    }
  }

  /** Collects type names and, from the program, thread names and texts that people read. */
  private static final class TextScanner extends TreePathScanner<@Nullable Void, @Nullable Void> {
    private final String file;
    private final boolean texts;

    TextScanner(String file, boolean texts) {
      this.file = file;
      this.texts = texts;
    }

    @Override
    public @Nullable Void visitClass(ClassTree tree, @Nullable Void nothing) {
      if (!tree.getSimpleName().isEmpty()) {
        TYPES.put(tree.getSimpleName().toString(), file);
      }
      return super.visitClass(tree, nothing);
    }

    @Override
    public @Nullable Void visitMethodInvocation(MethodInvocationTree tree, @Nullable Void nothing) {
      if (tree.getMethodSelect().toString().startsWith("LOG.")) {
        addTexts(tree);
      }
      return super.visitMethodInvocation(tree, nothing);
    }

    @Override
    public @Nullable Void visitNewClass(NewClassTree tree, @Nullable Void nothing) {
      String type = tree.getIdentifier().toString();
      if (type.endsWith("Exception") || type.endsWith("Error") || type.equals("FieldError")) {
        addTexts(tree);
      }
      return super.visitNewClass(tree, nothing);
    }

    @Override
    public @Nullable Void visitAnnotation(AnnotationTree tree, @Nullable Void nothing) {
      if (HELP.contains(tree.getAnnotationType().toString())) {
        addTexts(tree);
      }
      return super.visitAnnotation(tree, nothing);
    }

    @Override
    public @Nullable Void visitLiteral(LiteralTree tree, @Nullable Void nothing) {
      if (texts && tree.getValue() instanceof String text && THREAD_NAME.matcher(text).matches()) {
        THREAD_NAMES.add(text);
      }
      return super.visitLiteral(tree, nothing);
    }

    private void addTexts(Tree tree) {
      if (texts) {
        literals(tree, text -> TEXTS.add(file + ": " + text));
      }
    }

    private static void literals(Tree tree, Consumer<String> found) {
      new TreeScanner<@Nullable Void, @Nullable Void>() {
        @Override
        public @Nullable Void visitLiteral(LiteralTree literal, @Nullable Void nothing) {
          if (literal.getValue() instanceof String text) {
            found.accept(text);
          }
          return null;
        }
      }.scan(tree, null);
    }
  }
}
