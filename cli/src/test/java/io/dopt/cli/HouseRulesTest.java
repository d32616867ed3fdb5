package io.dopt.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.USE_JAVA_UTIL_LOGGING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The rules of the house (docs/architecture.md) that hold for every class and file, as far as a
 * machine can see it.
 */
class HouseRulesTest {
  private static final JavaClasses DOPT = ModuleArrowsTest.DOPT;

  private static final int LONGEST_FILE = 450;

  @Test
  void onlyProgramsWriteToTheConsole() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.dopt.cli..", "io.dopt.server.launch..")
        .should(ACCESS_STANDARD_STREAMS)
        .check(DOPT);
  }

  @Test
  void nothingLogsBehindTheUsersBack() {
    noClasses().should(USE_JAVA_UTIL_LOGGING).check(DOPT);
    noClasses().should().dependOnClassesThat().resideInAPackage("org.slf4j..").check(DOPT);
  }

  @Test
  void noObjectStreamReadsWhatAFileSays() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.io.ObjectInputStream")
        .check(DOPT);
  }

  @Test
  void classesAreNamedAfterWhatTheyAre() {
    noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Manager|Impl)(\\$.*)?").check(DOPT);
  }

  @Test
  void noStaticFieldChanges() {
    fields()
        .that()
        .areStatic()
        .and(are("written by us", field -> !isGenerated(field)))
        .should()
        .beFinal()
        .check(DOPT);
    List<String> changeable =
        DOPT.stream()
            .flatMap(owner -> owner.getFields().stream())
            .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
            .filter(field -> !isGenerated(field))
            .filter(HouseRulesTest::holdsSomethingThatChanges)
            .map(JavaField::getFullName)
            .toList();
    assertEquals(List.of(), changeable);
  }

  private static boolean isGenerated(JavaField field) {
    return field.getModifiers().contains(JavaModifier.SYNTHETIC)
        || field.getName().startsWith("$")
        || field.getName().startsWith("JTE_");
  }

  /**
   * Fields declared as a collection or map are read once they are initialized: see what they hold.
   */
  private static boolean holdsSomethingThatChanges(JavaField field) {
    Field reflected = field.reflect();
    if (reflected.getType().isArray()
        || reflected.getType().getName().startsWith("java.util.concurrent.atomic")) {
      return true;
    }
    if (!Collection.class.isAssignableFrom(reflected.getType())
        && !Map.class.isAssignableFrom(reflected.getType())) {
      return false;
    }
    try {
      reflected.setAccessible(true);
      String kind = reflected.get(null).getClass().getName();
      return !kind.contains("Immutable") && !kind.contains("Unmodifiable");
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(field.getFullName(), e);
    }
  }

  private static DescribedPredicate<JavaField> are(
      String description, Predicate<JavaField> predicate) {
    return DescribedPredicate.describe(description, predicate);
  }

  @Test
  void sourcesAreFinishedShortAndFreeOfThisMachine() throws IOException {
    Pattern unfinished = Pattern.compile("\\b(TODO|FIXME|XXX)\\b|(?i)not (yet )?implemented");
    Pattern machine = Pattern.compile("\"/(work|root|Users)/");
    List<String> problems = new ArrayList<>();
    int files = 0;
    for (Path file : sources()) {
      files++;
      List<String> lines = Files.readAllLines(file);
      if (lines.size() > LONGEST_FILE
          && file.toString().replace('\\', '/').contains("/src/main/")) {
        problems.add(file + " has " + lines.size() + " lines");
      }
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        boolean isThisRule = file.endsWith("HouseRulesTest.java");
        if (!isThisRule && (unfinished.matcher(line).find() || machine.matcher(line).find())) {
          problems.add(file + ":" + (i + 1) + ": " + line.strip());
        }
      }
    }
    assertEquals(List.of(), problems);
    assertTrue(files > 100, files + " files");
  }

  /** Reports are the same wherever they were made: decimals have a point, thousands a comma. */
  @Test
  void numbersAreWrittenAlikeInEveryLocale() throws IOException {
    Pattern withoutLocale = Pattern.compile("String\\.format\\(\\s*(\"(?s:[^;]*))");
    Pattern localized = Pattern.compile("%[-+# 0,(\\d.]*[efg]|%[-+# (]*[0,][\\d,]*d");
    List<String> problems = new ArrayList<>();
    for (Path file : sources()) {
      if (file.toString().replace('\\', '/').contains("/src/main/")) {
        withoutLocale
            .matcher(Files.readString(file))
            .results()
            .filter(call -> localized.matcher(call.group()).find())
            .forEach(call -> problems.add(file + ": " + call.group()));
      }
    }
    assertEquals(List.of(), problems);
  }

  private static List<Path> sources() throws IOException {
    Path root = Path.of(System.getProperty("dopt.root"));
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> modules = Files.list(root)) {
      for (Path module : modules.filter(path -> Files.isDirectory(path.resolve("src"))).toList()) {
        try (Stream<Path> files = Files.walk(module.resolve("src"))) {
          files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
        }
      }
    }
    return sources;
  }
}
