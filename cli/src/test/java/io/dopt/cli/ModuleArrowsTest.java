package io.dopt.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arrows between modules, as the first table of {@code docs/architecture.md} draws them. */
class ModuleArrowsTest {
  /** Every class of ours, tests excepted; importing them takes seconds. */
  static final JavaClasses DOPT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.dopt");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tensor    |",
        "ir        | tensor",
        "importer  | tensor ir",
        "passes    | tensor ir",
        "quantizer | tensor ir",
        "runtime   | tensor",
        "compiler  | tensor ir runtime",
        "evals     | tensor runtime",
        "server    | tensor runtime",
        "cli       | tensor ir importer passes quantizer compiler runtime evals server",
      })
  void aModuleKnowsOnlyWhatItsArrowsPointTo(String module, String arrows) {
    List<String> allowed = new ArrayList<>(List.of("io.dopt." + module + ".."));
    Stream.ofNullable(arrows)
        .flatMap(targets -> Arrays.stream(targets.split(" ")))
        .forEach(target -> allowed.add("io.dopt." + target + ".."));
    assertFalse(DOPT.that(resideInAPackage("io.dopt." + module + "..")).isEmpty(), module);
    noClasses()
        .that()
        .resideInAPackage("io.dopt." + module + "..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.dopt..")
                .and(not(resideInAnyPackage(allowed.toArray(String[]::new)))))
        .check(DOPT);
  }

  /** Its classes are there in the Maven profile gpu only. */
  @Test
  void tensorRtKnowsTheRuntimeOnly() {
    noClasses()
        .that()
        .resideInAPackage("io.dopt.tensorrt..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.dopt..")
                .and(
                    not(
                        resideInAnyPackage(
                            "io.dopt.tensorrt..", "io.dopt.runtime..", "io.dopt.tensor.."))))
        .allowEmptyShould(true)
        .check(DOPT);
  }

  @Test
  void noClassLivesOutsideTheModules() {
    classes()
        .should()
        .resideInAnyPackage(
            Stream.of(
                    "tensor",
                    "ir",
                    "importer",
                    "passes",
                    "quantizer",
                    "runtime",
                    "compiler",
                    "evals",
                    "server",
                    "tensorrt",
                    "cli")
                .map(module -> "io.dopt." + module + "..")
                .toArray(String[]::new))
        .check(DOPT);
  }
}
