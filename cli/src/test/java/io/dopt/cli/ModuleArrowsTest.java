package io.dopt.cli;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.Architectures;

/** Holds the arrows of {@code docs/architecture.md}, and the rules of the house a machine can. */
@AnalyzeClasses(packages = "io.dopt", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleArrowsTest {

  @ArchTest
  static final ArchRule ARROWS =
      Architectures.layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("tensor")
          .definedBy("io.dopt.tensor..")
          .layer("ir")
          .definedBy("io.dopt.ir..")
          .optionalLayer("importer")
          .definedBy("io.dopt.importer..")
          .optionalLayer("passes")
          .definedBy("io.dopt.passes..")
          .optionalLayer("quantizer")
          .definedBy("io.dopt.quantizer..")
          .layer("bundle format")
          .definedBy("io.dopt.runtime.bundle..")
          .layer("runtime")
          .definedBy("io.dopt.runtime..")
          .optionalLayer("compiler")
          .definedBy("io.dopt.compiler..")
          .optionalLayer("evals")
          .definedBy("io.dopt.evals..")
          .layer("cli")
          .definedBy("io.dopt.cli..")
          .whereLayer("tensor")
          .mayNotAccessAnyLayer()
          .whereLayer("ir")
          .mayOnlyAccessLayers("tensor")
          .whereLayer("importer")
          .mayOnlyAccessLayers("ir", "tensor")
          .whereLayer("passes")
          .mayOnlyAccessLayers("ir", "tensor")
          .whereLayer("quantizer")
          .mayOnlyAccessLayers("ir", "tensor")
          .whereLayer("compiler")
          .mayOnlyAccessLayers("ir", "tensor", "bundle format", "runtime")
          .whereLayer("runtime")
          .mayOnlyAccessLayers("tensor", "bundle format")
          .whereLayer("evals")
          .mayOnlyAccessLayers("runtime", "bundle format", "tensor")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer();

  /** The compiler knows the bundle format and nothing else of the runtime. */
  @ArchTest
  static final ArchRule COMPILER_KNOWS_THE_FORMAT_ONLY =
      ArchRuleDefinition.noClasses()
          .that()
          .resideInAPackage("io.dopt.compiler..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.dopt.runtime.engine..",
              "io.dopt.runtime.pipeline..",
              "io.dopt.runtime.scheduler..")
          .allowEmptyShould(true);

  /** What is printed, and when the process ends, is the command line's business. */
  @ArchTest
  static final ArchRule ONLY_THE_COMMAND_LINE_PRINTS_AND_EXITS =
      ArchRuleDefinition.noClasses()
          .that()
          .resideOutsideOfPackage("io.dopt.cli..")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .callMethod(System.class, "exit", int.class)
          .orShould()
          .callMethod(Throwable.class, "printStackTrace");

  /** Frames are named after what they are, not after being handy. */
  @ArchTest
  static final ArchRule NAMES =
      ArchRuleDefinition.noClasses()
          .should()
          .haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager)$");
}
