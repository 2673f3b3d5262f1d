package dev.sanaq.nativeimage;

import static org.assertj.core.api.Assertions.assertThat;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What substitutions replace exists. A build of a native image would find out ten minutes later.
 */
class SubstitutionsTest {
  private static final String TRAINER = "dev.sanaq.train.";

  private static List<Class<?>> substitutions() {
    return new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(SubstitutionsTest.class.getPackageName())
            .stream()
            .<Class<?>>map(JavaClass::reflect)
            .filter(type -> type.isAnnotationPresent(TargetClass.class))
            .toList();
  }

  @ParameterizedTest
  @MethodSource("substitutions")
  void replacedMethods_exist(Class<?> substitution) throws Exception {
    Class<?> target = target(substitution);
    for (Method method : substitution.getDeclaredMethods()) {
      if (method.isAnnotationPresent(Substitute.class)) {
        Method replaced = target.getDeclaredMethod(method.getName(), method.getParameterTypes());
        assertThat(replaced.getReturnType()).isEqualTo(method.getReturnType());
        assertThat(Modifier.isStatic(replaced.getModifiers()))
            .isEqualTo(Modifier.isStatic(method.getModifiers()));
      }
    }
  }

  /**
   * Quarkus opens every method of a command to reflection, and so links what it calls: a method
   * that calls the trainer must be replaced. Configuration and the names of archives may stay.
   */
  @Test
  void methodsThatCallTrainer_areReplaced() {
    List<Class<?>> substitutions = substitutions();
    var calls =
        new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.sanaq.cli.train")
                .stream()
                .filter(type -> type.isAssignableTo(java.util.concurrent.Callable.class))
                .flatMap(type -> type.getCodeUnitCallsFromSelf().stream())
                .filter(call -> call.getTargetOwner().getName().startsWith(TRAINER))
                .filter(call -> !call.getTargetOwner().isRecord())
                .toList();
    assertThat(calls).isNotEmpty();
    for (var call : calls) {
      Class<?> command = call.getOriginOwner().reflect();
      assertThat(substitutions)
          .as(call.getDescription())
          .anyMatch(
              type ->
                  type.getAnnotation(TargetClass.class).value() == command
                      && Arrays.stream(type.getDeclaredMethods())
                          .anyMatch(one -> one.getName().equals(call.getOrigin().getName())));
    }
  }

  private static Class<?> target(Class<?> substitution) throws ClassNotFoundException {
    TargetClass annotation = substitution.getAnnotation(TargetClass.class);
    return annotation.className().isEmpty()
        ? annotation.value()
        : Class.forName(annotation.className(), false, SubstitutionsTest.class.getClassLoader());
  }
}
