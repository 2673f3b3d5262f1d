package dev.sanaq;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.main.QuarkusMainTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The structure of the code. Features are the packages directly below {@code dev.sanaq}; a feature
 * may use another only if {@link #ARROWS} says so. Packages and classes form no cycles, no
 * directory grows past {@link #MAX_FILES}, and no constructor takes more than {@link
 * #MAX_COLLABORATORS}.
 */
class ArchitectureTest {
  private static final String ROOT = "dev.sanaq";
  private static final int MAX_FILES = 15;
  private static final int MAX_COLLABORATORS = 6;

  /** Every feature and what it may use of the others. */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          entry("job", Set.of()),
          entry("json", Set.of()),
          entry("files", Set.of()),
          entry("image", Set.of("files")),
          entry("retry", Set.of()),
          entry("collection", Set.of()),
          entry("estimate", Set.of("collection")),
          entry("net", Set.of()),
          entry("kubernetes", Set.of("json")),
          entry("torch", Set.of("json")),
          entry("checkpoint", Set.of("json", "files", "torch", "sana")),
          entry("sana", Set.of("json", "image", "torch", "checkpoint", "collection")),
          entry("storage", Set.of("job", "json", "files", "retry")),
          entry("kafka", Set.of("job", "json")),
          entry(
              "worker",
              Set.of(
                  "job",
                  "json",
                  "image",
                  "sana",
                  "storage",
                  "kafka",
                  "net",
                  "kubernetes",
                  "retry",
                  "collection",
                  "estimate")),
          entry("webhook", Set.of("job", "json", "kafka", "net", "retry", "collection")),
          entry(
              "gateway",
              Set.of(
                  "job",
                  "json",
                  "image",
                  "storage",
                  "kafka",
                  "webhook",
                  "estimate",
                  "retry",
                  "collection")),
          entry("train", Set.of("json", "files", "image", "torch", "sana", "checkpoint")),
          entry("benchmark", Set.of("json", "files", "image", "torch", "sana", "checkpoint")),
          entry("local", Set.of("files", "storage", "kafka")),
          entry("nativeimage", Set.of("local", "torch", "train", "cli")),
          entry(
              "cli",
              Set.of(
                  "job",
                  "json",
                  "files",
                  "image",
                  "torch",
                  "sana",
                  "checkpoint",
                  "train",
                  "storage",
                  "kafka",
                  "worker",
                  "gateway",
                  "webhook",
                  "benchmark",
                  "local")));

  /** JPEG and WebP come from others, who write them through ImageIO; nothing else does. */
  private static final DescribedPredicate<JavaClass> THROUGH_IMAGE_IO =
      describe(
          "write through ImageIO",
          c -> Set.of("JpegEncoder", "WebpEncoder", "BufferedImages").contains(c.getSimpleName()));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  /** A class with all that is nested in it. */
  private static final SliceAssignment OUTERMOST_CLASS =
      new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass c) {
          return SliceIdentifier.of(c.getName().replaceFirst("\\$.*", ""));
        }

        @Override
        public String getDescription() {
          return "outermost classes";
        }
      };

  static Stream<String> features() {
    return ARROWS.keySet().stream();
  }

  @Test
  void everyFeature_isOnTheMap() {
    assertThat(present()).isEqualTo(new TreeSet<>(ARROWS.keySet()));
  }

  @ParameterizedTest
  @MethodSource("features")
  void feature_usesOnlyFeaturesThatItsArrowsReach(String name) {
    String[] reached =
        Stream.concat(Stream.of(name), ARROWS.getOrDefault(name, Set.of()).stream())
            .map(feature -> full(feature) + "..")
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(full(name) + "..")
        .should()
        .dependOnClassesThat(
            resideInAPackage(ROOT + "..")
                .and(not(resideInAnyPackage(reached)))
                .as("reside outside %s", String.join(", ", reached)))
        .check(CLASSES);
  }

  @Test
  void packages_formNoCycles() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void classes_formNoCycles() {
    slices().assignedFrom(OUTERMOST_CLASS).should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void directories_holdAtMostFifteenFiles() throws IOException {
    List<String> large = new ArrayList<>();
    for (String source : List.of("src/main/java", "src/test/java", "src/main/resources")) {
      try (Stream<Path> files = Files.walk(Path.of(source))) {
        for (Path directory : files.filter(Files::isDirectory).toList()) {
          try (Stream<Path> entries = Files.list(directory)) {
            long count = entries.filter(Files::isRegularFile).count();
            if (count > MAX_FILES) {
              large.add(directory + ": " + count);
            }
          }
        }
      }
    }
    assertThat(large).isEmpty();
  }

  /** In one JVM with others they fail at random: see the execution quarkus-test in pom.xml. */
  @Test
  void testsOfQuarkusApplications_areWhereTheirOwnExecutionFindsThem() {
    Set<String> alone = Set.of("dev.sanaq.MainTest", "dev.sanaq.worker.HealthTest");
    List<JavaClass> tests =
        new ClassFileImporter()
            .withImportOption(new ImportOption.OnlyIncludeTests()).importPackages(ROOT).stream()
                .filter(
                    type ->
                        type.isAnnotatedWith(QuarkusTest.class)
                            || type.isAnnotatedWith(QuarkusMainTest.class))
                .toList();
    assertThat(tests).hasSizeGreaterThan(10);
    assertThat(tests)
        .allMatch(
            type ->
                alone.contains(type.getName())
                    || type.getPackageName().startsWith(ROOT + ".gateway")
                    || type.getName().endsWith("IT"));
  }

  /** A native executable's heap would hold them, although the engine starts with the process. */
  @Test
  void staticFields_holdNothingOfTheEngine() {
    assertThat(
            CLASSES.stream()
                .filter(type -> !type.getPackageName().startsWith(ROOT + ".torch"))
                .flatMap(type -> type.getFields().stream())
                .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
                .filter(
                    field ->
                        field.getType().getAllInvolvedRawTypes().stream()
                            .anyMatch(t -> t.getPackageName().startsWith(ROOT + ".torch")))
                .map(JavaField::getFullName))
        .isEmpty();
  }

  /** Records are data and CDI beans are configured by the container; both count all the same. */
  @Test
  void constructors_takeAtMostSixCollaborators() {
    assertThat(
            CLASSES.stream()
                .filter(c -> !c.isRecord() && !c.isEnum())
                .flatMap(c -> c.getConstructors().stream())
                .filter(c -> !c.getModifiers().contains(JavaModifier.SYNTHETIC))
                .filter(c -> !c.getOwner().getName().endsWith("_Subclass"))
                .filter(c -> c.getRawParameterTypes().size() > MAX_COLLABORATORS)
                .map(c -> c.getOwner().getSimpleName() + ": " + c.getRawParameterTypes().size()))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "job",
        "job.validation",
        "image",
        "image.encode",
        "sana.solver",
        "collection",
        "estimate",
        "retry",
        "files"
      })
  void plainJavaPackages_importNoFramework(String name) {
    classes()
        .that()
        .resideInAPackage(full(name))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage("java..", "org.jspecify.annotations", ROOT + "..")
                .and(not(resideInAPackage("java.awt.."))))
        .check(CLASSES.that(not(THROUGH_IMAGE_IO)));
  }

  /** A native executable replaces how DJL finds its libraries. */
  @Test
  void djl_isUsedByTorchAndItsTokenizersByText() {
    assertOnlyIn("ai.djl..", "torch", "sana.text", "nativeimage");
    noClasses()
        .that()
        .resideInAPackage(full("sana.text"))
        .should()
        .dependOnClassesThat(
            resideInAPackage("ai.djl..")
                .and(not(resideInAPackage("ai.djl.huggingface.tokenizers..")))
                .as("are DJL's engine"))
        .check(CLASSES);
  }

  @Test
  void brokerAndObjectStore_areStartedByLocalAlone() {
    assertOnlyIn("kafka.server..", "local");
    assertOnlyIn("org.gaul..", "local");
  }

  /** Used nowhere else, and used there: else the name of the library is misspelt here. */
  private static void assertOnlyIn(String library, String... names) {
    String[] allowed = Stream.of(names).map(ArchitectureTest::full).toArray(String[]::new);
    noClasses()
        .that()
        .resideOutsideOfPackages(allowed)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .check(CLASSES);
    DescribedPredicate<JavaClass> inLibrary = resideInAPackage(library);
    for (String name : names) {
      assertThat(
              CLASSES.that(resideInAPackage(full(name))).stream()
                  .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
                  .anyMatch(dependency -> inLibrary.test(dependency.getTargetClass())))
          .as("%s uses %s", name, library)
          .isTrue();
    }
  }

  /** The features that hold classes. */
  private static Set<String> present() {
    Set<String> names = new TreeSet<>();
    for (JavaClass c : CLASSES) {
      if (!c.getPackageName().equals(ROOT) && !c.getSimpleName().equals("package-info")) {
        names.add(c.getPackageName().substring(ROOT.length() + 1).replaceFirst("\\..*", ""));
      }
    }
    return names;
  }

  private static String full(String name) {
    return ROOT + "." + name;
  }
}
