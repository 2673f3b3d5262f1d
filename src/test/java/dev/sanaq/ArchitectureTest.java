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
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The arrows between packages: cli to worker, worker to sana, sana to torch; everyone to job. The
 * worker draws its jobs from intake, which knows of nobody who works. A new package, or a new
 * arrow, is a line of {@link #ARROWS} to be argued for.
 */
class ArchitectureTest {
  private static final String ROOT = "dev.sanaq";

  /** Every package and what it may use of the others, whether or not it does so now. */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          entry("job", Set.of()),
          entry("json", Set.of()),
          entry("image", Set.of()),
          entry("torch", Set.of("json")),
          entry("sana.solver", Set.of()),
          entry("sana.checkpoint", Set.of("json", "torch", "sana.solver")),
          entry("sana.text", Set.of("json", "torch", "sana.checkpoint")),
          entry("sana.transformer", Set.of("torch", "sana.checkpoint", "sana.text")),
          entry("sana.autoencoder", Set.of("torch", "sana.checkpoint")),
          entry(
              "sana",
              Set.of(
                  "json",
                  "image",
                  "torch",
                  "sana.solver",
                  "sana.checkpoint",
                  "sana.text",
                  "sana.transformer",
                  "sana.autoencoder")),
          entry("storage", Set.of("job", "json")),
          entry("event", Set.of("job", "json")),
          entry(
              "worker",
              Set.of(
                  "job",
                  "json",
                  "image",
                  "sana",
                  "sana.solver",
                  "storage",
                  "event",
                  "intake",
                  "outbound",
                  "weights",
                  "kubernetes")),
          entry("weights", Set.of("json")),
          entry("kubernetes", Set.of("json")),
          entry("intake", Set.of("job", "json")),
          entry("outbound", Set.of()),
          entry("webhook", Set.of("job", "json", "event", "outbound")),
          entry("gateway", Set.of("job", "json", "storage", "event", "intake", "webhook")),
          entry("train.data", Set.of("json", "image")),
          entry("train.emoji", Set.of("json", "train.data")),
          entry("train.tokenizer", Set.of("sana.checkpoint")),
          entry("train.report", Set.of("json", "image")),
          entry("train.measure", Set.of("image")),
          entry(
              "train",
              Set.of(
                  "json",
                  "image",
                  "torch",
                  "sana",
                  "sana.solver",
                  "sana.checkpoint",
                  "sana.text",
                  "sana.transformer",
                  "sana.autoencoder",
                  "train.data",
                  "train.report",
                  "train.measure")),
          entry("benchmark", Set.of("json", "image", "torch", "sana", "sana.checkpoint")),
          entry("local", Set.of("storage", "event", "sana.checkpoint")),
          entry(
              "cli",
              Set.of(
                  "job",
                  "json",
                  "image",
                  "torch",
                  "sana",
                  "sana.solver",
                  "sana.checkpoint",
                  "sana.text",
                  "train",
                  "train.data",
                  "train.emoji",
                  "train.tokenizer",
                  "storage",
                  "event",
                  "worker",
                  "gateway",
                  "intake",
                  "webhook",
                  "weights",
                  "benchmark",
                  "local")));

  /** JPEG and WebP come from others, who write them through ImageIO; nothing else does. */
  private static final DescribedPredicate<JavaClass> THROUGH_IMAGE_IO =
      describe(
          "write through ImageIO",
          c -> Set.of("JpegEncoder", "WebpEncoder", "Rasters").contains(c.getSimpleName()));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  static Stream<String> packages() {
    return present().stream();
  }

  @Test
  void everyPackageIsOnTheMapAndNoneIsEmpty() {
    assertThat(present()).isEqualTo(new TreeSet<>(ARROWS.keySet()));
  }

  @ParameterizedTest
  @MethodSource("packages")
  void aPackageUsesOnlyThoseThatItsArrowsReach(String name) {
    String[] reached =
        Stream.concat(Stream.of(name), ARROWS.getOrDefault(name, Set.of()).stream())
            .map(ArchitectureTest::full)
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(full(name))
        .should()
        .dependOnClassesThat(
            resideInAPackage(ROOT + "..")
                .and(not(resideInAnyPackage(reached)))
                .as("reside outside %s", String.join(", ", reached)))
        .check(CLASSES);
  }

  @Test
  void noPackagesGoRoundInCircles() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"job", "image", "sana.solver"})
  void whatIsPlainJavaImportsNoFramework(String name) {
    classes()
        .that()
        .resideInAPackage(full(name))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage("java..", "org.jspecify.annotations", ROOT + "..")
                .and(not(resideInAPackage("java.awt.."))))
        .check(CLASSES.that(not(THROUGH_IMAGE_IO)));
  }

  @Test
  void onlyTorchKnowsDjlAndOnlyTextItsTokenizers() {
    assertOnlyIn("ai.djl..", "torch", "sana.text");
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
  void onlyLocalStartsABrokerOrAnObjectStore() {
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

  /** Packages below the root that hold more than their description. */
  private static Set<String> present() {
    Set<String> names = new TreeSet<>();
    for (JavaClass c : CLASSES) {
      if (!c.getPackageName().equals(ROOT) && !c.getSimpleName().equals("package-info")) {
        names.add(c.getPackageName().substring(ROOT.length() + 1));
      }
    }
    return names;
  }

  private static String full(String name) {
    return ROOT + "." + name;
  }
}
